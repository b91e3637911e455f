"""Being sent to Stripe to pay: one page for each payment, whatever goes wrong on the way there."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.tests.factories import OrderFactory, cart_with
from payments.gateways.base import GatewayError, GatewayRefused
from payments.models import Payment
from payments.services.payments import create_payment, start_payment
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, order_at_stripe, return_url, things
from payments.tests.test_balances import dearer

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
OPEN = "/v1/checkout/sessions$"


@pytest.fixture
def payment(fake_stripe):
    return Payment.objects.get(order=OrderFactory(payment_method="stripe"))


def keys(fake):
    return [one["headers"]["idempotency-key"] for one in fake.requests("/v1/checkout/sessions", "POST")]


def test_stripe_is_told_the_order_its_amount_and_the_email_and_no_more(fake_stripe, payment):
    url = start_payment(payment=payment)
    (session,) = things(fake_stripe, "checkout.session")
    order = payment.order
    assert url == session["url"]
    assert (session["amount_total"], session["currency"]) == (order.total * 100, "eur")
    assert session["customer_email"] == order.email
    assert session["client_reference_id"] == payment.reference
    assert session["metadata"] == {"reference": payment.reference, "order": order.number}
    (asked,) = fake_stripe.requests("/v1/checkout/sessions", "POST")
    form = parse_qs(asked["body"])
    assert form["line_items[0][price_data][product_data][name]"] == [f"Order {order.number}"]
    assert form["payment_intent_data[metadata][order]"] == [order.number]
    assert form["payment_intent_data[capture_method]"] == ["automatic"]
    assert "payment_method_types[0]" not in form, "which ways there are is set in the Stripe account"
    assert order.shipping_address["line1"] not in asked["body"]


def test_the_page_ends_soon_after_the_order_does(fake_stripe, payment):
    start_payment(payment=payment)
    (session,) = things(fake_stripe, "checkout.session")
    after = session["expires_at"] - payment.order.expires_at.timestamp()
    assert timedelta(minutes=30).total_seconds() <= after < timedelta(minutes=31).total_seconds()


@pytest.mark.parametrize("waits", [None, timedelta(hours=72)])
def test_an_order_that_waits_for_days_gets_a_page_of_a_day(fake_stripe, payment, waits):
    until = waits and timezone.now() + waits
    Order.objects.update(expires_at=until)
    start_payment(payment=Payment.objects.get())
    (session,) = things(fake_stripe, "checkout.session")
    assert session["expires_at"] - session["created"] == 24 * 60 * 60


def test_pressing_pay_again_leads_to_the_same_page(fake_stripe, payment):
    first = start_payment(payment=payment)
    payment.refresh_from_db()
    assert start_payment(payment=payment) == first
    assert len(things(fake_stripe, "checkout.session")) == 1


def test_an_answer_that_is_lost_is_asked_for_with_the_same_key(fake_stripe, payment):
    break_stripe(fake_stripe, OPEN, "drop_after")
    with pytest.raises(GatewayError):
        start_payment(payment=payment)
    payment.refresh_from_db()
    assert (payment.status, payment.external_id) == ("pending", "")
    url = start_payment(payment=payment)
    (session,) = things(fake_stripe, "checkout.session")
    assert url == session["url"]
    assert set(keys(fake_stripe)) == {payment.reference} and len(keys(fake_stripe)) == 3


def test_one_broken_line_is_not_even_noticed(fake_stripe, payment):
    fake_stripe.go_wrong(OPEN, "drop_after")
    assert start_payment(payment=payment)
    assert len(things(fake_stripe, "checkout.session")) == 1


@pytest.mark.parametrize(
    ("do", "status", "times"),
    [("error", 500, 2), ("error", 429, 1), ("error", 409, 2), ("error", 401, 1), ("drop_before", 0, 2)],
)
def test_a_stripe_that_does_not_answer_leaves_it_open(fake_stripe, client, payment, do, status, times):
    break_stripe(fake_stripe, OPEN, do, status=status, times=times)
    url = reverse("payments:start", args=[payment.order.token])
    page = client.post(url, {"payment_method": "stripe"}, follow=True)
    assert "You have not been charged; please try again." in page.content.decode()
    payment.refresh_from_db()
    assert payment.status == "pending"
    assert client.post(url, {"payment_method": "stripe"}).url.startswith(fake_stripe.url)


def test_an_old_answer_is_not_taken_for_the_state_of_the_page(fake_stripe, payment):
    """Stripe repeats its first answer ("open") under the same key, whatever happened since."""
    break_stripe(fake_stripe, OPEN, "drop_after")
    with pytest.raises(GatewayError):
        start_payment(payment=payment)
    fake_stripe.tell("expire")
    with pytest.raises(GatewayRefused, match="expired"):
        start_payment(payment=payment)


def test_another_amount_is_another_payment_with_a_page_of_its_own(fake_stripe, payment):
    start_payment(payment=payment)
    order = dearer(payment.order)
    other = create_payment(order=order)
    start_payment(payment=other)
    assert other.reference != payment.reference and keys(fake_stripe) == [payment.reference, other.reference]
    amounts = [session["amount_total"] for session in things(fake_stripe, "checkout.session")]
    assert amounts == [payment.amount * 100, other.amount * 100]


def test_the_page_of_the_old_amount_is_closed_at_stripe(fake_stripe, payment):
    start_payment(payment=payment)
    create_payment(order=dearer(payment.order))
    sweep(now=timezone.now())
    assert things(fake_stripe, "checkout.session")[0]["status"] == "expired"
    payment.refresh_from_db()
    assert payment.status == "cancelled" and payment.closed_at_gateway


def test_a_page_that_expired_gives_way_to_a_new_one(fake_stripe, client, payment):
    start_payment(payment=payment)
    fake_stripe.tell("expire")
    url = reverse("payments:start", args=[payment.order.token])
    page = client.post(url, {"payment_method": "stripe"}, follow=True)
    text = page.content.decode()
    assert "The payment page has expired." in text and "How would you like to pay?" in text
    assert client.post(url, {"payment_method": "stripe"}).url.startswith(f"{fake_stripe.url}/c/pay/")
    assert [one.status for one in Payment.objects.order_by("pk")] == ["failed", "pending"]


def test_going_back_to_pay_after_paying_shows_the_order_as_paid(fake_stripe, client, payment):
    start_payment(payment=payment)
    fake_stripe.tell("pay")
    url = reverse("payments:start", args=[payment.order.token])
    page = client.post(url, {"payment_method": "stripe"}, follow=True)
    assert "Thank you, Nora Nagel" in page.content.decode()
    assert len(things(fake_stripe, "charge")) == 1


def test_what_stripe_will_not_take_is_said_and_another_way_offered(fake_stripe, client, payment):
    Payment.objects.update(amount="0.20")
    Order.objects.update(total="0.20")
    page = client.post(
        reverse("payments:start", args=[payment.order.token]), {"payment_method": "stripe"}, follow=True
    )
    text = page.content.decode()
    assert "too small to be paid this way" in text and "Bank transfer" in text


def test_a_shopper_who_turns_back_may_go_on_or_pay_otherwise(fake_stripe, client):
    order, payment = order_at_stripe()
    (session,) = things(fake_stripe, "checkout.session")
    back = client.get(session["cancel_url"].removeprefix("http://127.0.0.1:8000"))
    assert "Go on to the bank" in back.content.decode()
    assert client.get(return_url(payment)).status_code == 202


def test_the_last_page_of_the_checkout_offers_it(fake_stripe, client):
    cart = cart_with()
    session = client.session
    session["cart"] = cart.token
    session.save()
    page = client.get(reverse("orders:checkout_review"))
    assert "Card, Apple Pay or Google Pay" in page.content.decode()


def test_stripe_is_not_offered_without_a_key(settings, client):
    settings.STRIPE_SECRET_KEY = ""
    order = OrderFactory()
    page = client.get(reverse("payments:start", args=[order.token]))
    assert "Google Pay" not in page.content.decode()
    with pytest.raises(DomainError):
        OrderFactory(payment_method="stripe")
