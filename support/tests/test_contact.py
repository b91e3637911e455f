"""The contact page: what is accepted, what is sent, and what stops programs."""

import pytest
from django.urls import reverse

from customers.tests.factories import UserFactory
from support.models import Ticket

pytestmark = pytest.mark.django_db
URL = "/contact/"
GOOD = {
    "name": "Ada Bauer",
    "email": "ada@example.com",
    "order_number": "#7k2m 9qxa",
    "subject": "Delivery",
    "message": "My parcel is at the wrong neighbour.",
    "website": "",
}


def test_a_message_is_stored_confirmed_and_thanked(client, commit, mailoutbox):
    with commit():
        response = client.post(URL, GOOD)
    assert (response.status_code, response.url) == (302, reverse("support:thanks"))
    ticket = Ticket.objects.get()
    assert (ticket.order_number, ticket.subject, ticket.customer) == ("7K2M9QXA", "Delivery", None)
    (mail,) = mailoutbox
    assert mail.to == ["ada@example.com"]
    assert mail.subject == "We have your message about order 7K2M9QXA"
    html = mail.alternatives[0][0]
    for text in (mail.body, html):
        assert "within one working day" in text
        assert "wrong neighbour" not in text, "strangers' words would go to any address typed in"
    assert len(html) < 100_000
    page = client.get(response.url).content.decode()
    assert "within one working day" in page
    client.get(response.url)
    assert Ticket.objects.count() == 1


def test_signed_in_customers_type_less(client):
    user = UserFactory(name="Ada Bauer")
    client.force_login(user)
    page = client.get(f"{URL}?order=7K2M9QXA").content.decode()
    for known in (user.email, "Ada Bauer", "7K2M9QXA"):
        assert f'value="{known}"' in page
    client.post(URL, GOOD)
    assert Ticket.objects.get().customer == user


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Enter your name"),
        ({"email": "ada@"}, "Enter an email address like name@example.com"),
        ({"subject": "Hack"}, "Choose a subject from the list"),
        ({"subject": ""}, "Choose what it is about"),
        ({"message": "Hello"}, "Write at least 10 characters"),
        ({"message": "x" * 4001}, "Write at most 4,000 characters; the message has 4001"),
        ({"order_number": "<script>"}, "Enter the order number as it stands in our emails"),
    ],
)
def test_bad_input_is_said_twice_and_nothing_is_lost(client, change, words):
    response = client.post(URL, GOOD | change)
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count(words) == 2
    assert "<title>Error: Contact us" in page
    if "message" not in change:
        assert GOOD["message"] in page
    assert not Ticket.objects.exists()


def test_bait_is_swallowed(client, commit, mailoutbox):
    with commit():
        response = client.post(URL, GOOD | {"website": "https://spam.example"})
    assert response.url == reverse("support:thanks")
    assert not Ticket.objects.exists()
    assert not mailoutbox


def test_five_messages_an_hour_from_one_address(client):
    for _ in range(5):
        assert client.post(URL, GOOD).status_code == 302
    response = client.post(URL, GOOD, headers={"x-forwarded-for": "10.1.2.3"})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    page = response.content.decode()
    assert "Please wait an hour" in page
    assert GOOD["message"] in page
    assert Ticket.objects.count() == 5
    assert client.post(URL, GOOD, REMOTE_ADDR="10.9.9.9").status_code == 302
