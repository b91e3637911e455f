"""What people agreed to: written down with its words, never changed, taken back with one click."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from catalog.tests.factories import ProductFactory
from customers.models import Consent
from customers.services import consents
from customers.tests.factories import PASSWORD, UserFactory
from orders.models import Order
from orders.tests.factories import OrderFactory, make_rates
from orders.tests.test_checkout_pages import answer_all, pay

pytestmark = pytest.mark.django_db
PAGE = reverse("customers:agreements")


def words(response):
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


def rows():
    return [(row.kind, row.given, row.where) for row in Consent.objects.order_by("pk")]


@pytest.fixture
def customer(client):
    user = UserFactory()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def test_paying_writes_down_the_terms_in_the_words_of_the_page(client):
    make_rates()
    ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=50)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    review = answer_all(client)
    assert consents.ORDER_WORDS in words(review)
    assert not Consent.objects.exists()
    pay(client, review)
    order = Order.objects.get()
    row = Consent.objects.get()
    assert rows() == [("terms", True, f"order {order.number}")]
    assert (row.email, row.wording, row.address) == (order.email, consents.ORDER_WORDS, "127.0.0.…")
    assert row.version == consents.version_of("terms") != consents.version_of("privacy")
    pay(client, review)
    assert Consent.objects.count() == 1


def test_a_program_saw_no_page_and_agreed_to_no_words():
    OrderFactory()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_signing_up_writes_down_what_it_says(client, ticked):
    page = client.get(reverse("account_signup"))
    for sentence in (consents.SIGN_UP_WORDS, consents.PRIVACY_WORDS, consents.MARKETING_WORDS):
        assert sentence in words(page)
    assert not re.search(r'name="marketing"[^>]*checked', page.content.decode())
    form = {"name": "Ada", "email": "Ada@Example.com", "password1": PASSWORD}
    form |= {"marketing": "on"} if ticked else {}
    assert client.post(reverse("account_signup"), form).status_code == 302
    kinds = [row[0] for row in rows()]
    assert kinds == ["terms", "privacy"] + ["marketing_email"] * ticked
    assert {row.email for row in Consent.objects.all()} == {"ada@example.com"}
    # Whose address it is has yet to be confirmed.
    assert not consents.who_agreed().exists()
    EmailAddress.objects.update(verified=True)
    assert consents.who_agreed().count() == ticked


def test_the_account_lists_and_switches(client, customer):
    rival = UserFactory()
    seen = {"kind": "terms", "given": True, "wording": "Other words", "where": "order ZZZ"}
    consents.record(**seen, email=rival.email, customer=rival)
    assert "Nothing yet" in words(client.get(PAGE))
    switch = reverse("customers:marketing")
    assert client.get(switch).status_code == 405
    for given in ("yes", "yes", "no", "no"):
        client.post(switch, {"given": given})
    assert rows()[1:] == [("marketing_email", True, "account"), ("marketing_email", False, "account")]
    page = words(client.get(PAGE))
    assert "News by email: yes" in page and "News by email: no more" in page and "Other words" not in page
    customer.email = None
    customer.save()
    assert client.post(switch, {"given": "yes"}).url == reverse("account_email")
    assert client.get(PAGE, {"page": "9"}).status_code == 404


def test_one_click_ends_news_without_signing_in(customer):
    consents.choose_marketing(
        email=customer.email, given=True, where="account", address="", customer=customer
    )
    assert list(consents.who_agreed().values_list("email", flat=True)) == [customer.email]
    program = Client(enforce_csrf_checks=True)
    link = reverse("customers:unsubscribe", args=[consents.unsubscribe_key(customer.email)])
    assert "We send news to" in words(program.get(link))
    assert consents.wants_marketing(customer.email)
    one_click = {"List-Unsubscribe": "One-Click"}
    assert "We send no news" in words(program.post(link, one_click))
    assert program.post(link, one_click).status_code == 200
    assert not consents.wants_marketing(customer.email)
    assert Consent.objects.count() == 2
    assert not consents.who_agreed().exists()
    forged = reverse("customers:unsubscribe", args=[consents.unsubscribe_key("a@b.example")[:-3] + "xyz"])
    assert program.post(forged).status_code == 404


def test_nothing_written_down_is_ever_changed_or_deleted():
    row = consents.record(kind="terms", given=True, wording="Words", where="x", email="a@b.example")
    row.given = False
    for attempt in (
        row.save,
        row.delete,
        Consent.objects.all().delete,
        lambda: Consent.objects.update(given=False),
        lambda: Consent.objects.bulk_update([row], ["given"]),
    ):
        with pytest.raises(TypeError, match="never changed or deleted"):
            attempt()
    assert Consent.objects.get().given


@pytest.mark.parametrize("count", [2, 25])
def test_the_list_costs_the_same(client, customer, count, django_assert_max_num_queries):
    for number in range(count):
        seen = {"kind": "terms", "given": True, "wording": "Words", "where": f"order {number}"}
        consents.record(**seen, email=customer.email, customer=customer)
    with django_assert_max_num_queries(10):
        assert client.get(PAGE).content.decode().count("“Words”") == min(count, 20)
