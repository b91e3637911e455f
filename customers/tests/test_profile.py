"""The account page and a customer's own details."""

import pytest
from django.urls import reverse

from customers.tests.factories import AddressFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(client):
    user = UserFactory(name="Ada Bauer")
    client.force_login(user)
    return user


def test_the_account_page_greets_and_leads_on(client, customer):
    AddressFactory(customer=customer, line1="Lindenallee 7")
    page = client.get(reverse("customers:account")).content.decode()
    assert "Hello, Ada" in page
    assert "Lindenallee 7" in page
    for name in ("orders:history", "customers:addresses", "customers:profile", "account_email"):
        assert reverse(name) in page


def test_name_and_phone_are_stored(client, customer):
    response = client.post(reverse("customers:profile"), {"name": "Ada B.", "phone": "0151 23456789"})
    assert response.status_code == 302
    customer.refresh_from_db()
    assert (customer.name, str(customer.phone)) == ("Ada B.", "+4915123456789")
    client.post(reverse("customers:profile"), {"name": "Ada B.", "phone": ""})
    customer.refresh_from_db()
    assert customer.phone is None


@pytest.mark.parametrize("phone", ["12", "hello", "+49 1", "٠٠", "0" * 31])
def test_a_phone_that_cannot_be_called_is_said_in_words(client, customer, phone):
    response = client.post(reverse("customers:profile"), {"name": "Ada", "phone": phone})
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count("Enter a phone number that can be called") == 2
    assert "<title>Error: Your details" in page
    assert f'value="{phone}"' in page


def test_another_accounts_phone_is_refused(client, customer):
    UserFactory(phone="+4915123456789")
    response = client.post(reverse("customers:profile"), {"name": "Ada", "phone": "0151 23456789"})
    assert response.status_code == 400
    assert "Another account uses this phone number" in response.content.decode()
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("Ada Bauer", None)
