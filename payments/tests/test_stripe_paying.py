"""Paying at Stripe: whatever arrives first, and whatever does not, the books end up right."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Notification
from orders.services.orders import cancel_order
from payments.models import GatewayEvent, Payment
from payments.services.orders import cancel_and_refund
from payments.services.payments import start_payment
from payments.services.sweep import sweep
from payments.tests.stripe_shop import (
    break_stripe,
    deliver,
    order_at_stripe,
    paid_at_stripe,
    return_url,
    things,
)

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def placed(fake_stripe):
    return order_at_stripe()


def later():
    return timezone.now() + timedelta(minutes=10)


def state(order, payment):
    order.refresh_from_db()
    payment.refresh_from_db()
    return order.payment_status, payment.status


def is_paid_once(order):
    told = order.notifications.filter(kind=Notification.Kind.ORDER_PAID).count()
    return (order.events.filter(kind="paid").count(), told) == (1, 1)


def test_the_return_comes_before_the_message(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("pay")
    page = client.get(return_url(payment), follow=True)
    assert "Thank you, Nora Nagel" in page.content.decode()
    assert all(answer.status_code == 200 for answer in deliver(client, fake_stripe))
    assert state(order, payment) == ("paid", "captured") and is_paid_once(order)


def test_the_message_comes_before_the_return(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("pay")
    deliver(client, fake_stripe, kinds=["checkout.session.completed"])
    assert state(order, payment) == ("paid", "captured")
    assert client.get(return_url(payment)).url == reverse("orders:confirmation", args=[order.token])
    assert state(order, payment) == ("paid", "captured") and is_paid_once(order)


def test_the_names_at_stripe_are_kept(fake_stripe, client, placed):
    order, payment = placed
    intent = fake_stripe.tell("pay")
    client.get(return_url(payment))
    payment.refresh_from_db()
    assert payment.charge_id == intent["id"] and payment.captured_at


def test_a_declined_card_may_be_followed_by_another_on_the_same_page(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("decline")
    deliver(client, fake_stripe)
    assert state(order, payment) == ("unpaid", "pending")
    page = client.get(return_url(payment))
    assert page.status_code == 202 and "go on with the payment" in page.content.decode()
    assert start_payment(payment=payment) == things(fake_stripe, "checkout.session")[0]["url"]
    fake_stripe.tell("pay")
    client.get(return_url(payment))
    assert state(order, payment) == ("paid", "captured")
    assert [one["status"] for one in things(fake_stripe, "charge")] == ["failed", "succeeded"]


@pytest.mark.parametrize("forged", ["?redirect_status=succeeded", "?session_id=cs_test_1&paid=1", ""])
def test_a_forged_return_changes_nothing(fake_stripe, client, placed, forged):
    order, payment = placed
    page = client.get(return_url(payment) + forged)
    assert page.status_code == 202 and "Confirming your payment" in page.content.decode()
    assert state(order, payment) == ("unpaid", "pending")


def test_a_page_that_expired_leaves_the_order_to_another_try(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("expire")
    deliver(client, fake_stripe)
    assert state(order, payment) == ("unpaid", "failed")
    page = client.get(reverse("payments:start", args=[order.token])).content.decode()
    assert "The payment page was closed before anybody paid." in page and "How would you like" in page


def test_messages_that_are_lost_are_made_up_for_by_the_sweep(fake_stripe, placed):
    order, payment = placed
    fake_stripe.tell("pay")
    assert sweep(now=later())["payments settled"] == 1
    assert sweep(now=later())["payments settled"] == 0
    assert state(order, payment) == ("paid", "captured") and is_paid_once(order)


@pytest.mark.parametrize("do", ["drop_after", "drop_before", "error"])
def test_a_charge_whose_answer_is_lost_is_found_again_and_not_made_twice(fake_stripe, client, placed, do):
    order, payment = placed
    fake_stripe.tell("pay")
    break_stripe(fake_stripe, "/v1/checkout/sessions/", do, method="GET")
    page = client.get(return_url(payment))
    assert page.status_code == 202 and "you need not pay a second time" in page.content.decode()
    assert state(order, payment) == ("unpaid", "pending")
    sweep(now=later())
    assert state(order, payment) == ("paid", "captured") and is_paid_once(order)
    assert len(things(fake_stripe, "charge")) == 1


def test_a_message_that_cannot_be_booked_now_is_not_lost(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("pay")
    break_stripe(fake_stripe, "/v1/checkout/sessions/", method="GET")
    (first,) = deliver(client, fake_stripe, kinds=["payment_intent.succeeded"])
    assert first.status_code == 503 and not GatewayEvent.objects.exists()
    (again,) = deliver(client, fake_stripe, kinds=["payment_intent.succeeded"])
    assert again.status_code == 200 and state(order, payment) == ("paid", "captured")


def test_a_payment_of_another_account_holds_up_no_other(fake_stripe, client, placed):
    _, lost = placed
    Payment.objects.filter(pk=lost.pk).update(external_id="cs_test_of_another_account")
    order, payment = order_at_stripe()
    fake_stripe.tell("pay")
    assert sweep(now=later())["payments settled"] == 1
    assert state(order, payment) == ("paid", "captured")
    assert client.get(return_url(lost)).status_code == 202


# --- Bank debits, whose money takes days ------------------------------------------------------


def test_a_bank_debit_is_paid_when_its_money_is_there(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("pay", later=True)
    deliver(client, fake_stripe)
    assert state(order, payment) == ("unpaid", "pending")
    fake_stripe.tell("finish")
    deliver(client, fake_stripe)
    assert state(order, payment) == ("paid", "captured")


def test_a_bank_debit_that_fails_makes_room_for_another_try(fake_stripe, client, placed):
    order, payment = placed
    fake_stripe.tell("pay", later=True)
    fake_stripe.tell("finish", good=False)
    deliver(client, fake_stripe)
    assert state(order, payment) == ("unpaid", "failed")
    assert payment.failure_reason == "The bank did not send the money."


# --- What does not match ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("books", "words"),
    [
        ({"amount_received": 100}, "€1.00"),
        ({"currency": "usd"}, "$23.90"),
        ({"metadata": {"order": "A-1"}}, "order A-1"),
    ],
)
def test_another_amount_currency_or_order_is_held_and_flagged(fake_stripe, client, placed, books, words):
    order, payment = placed
    intent = fake_stripe.tell("pay")
    fake_stripe.tell("alter", name=intent["id"], **books)
    deliver(client, fake_stripe)
    client.get(return_url(payment))
    assert state(order, payment) == ("unpaid", "pending")
    assert payment.held_since and words in payment.held_reason
    (flag,) = order.events.filter(kind="payment_flagged")
    assert not flag.is_public


# --- Orders that are cancelled ----------------------------------------------------------------


def test_cancelling_an_order_closes_its_page_at_stripe(fake_stripe, placed):
    order, payment = placed
    cancel_and_refund(order=order, reason="changed my mind")
    sweep(now=timezone.now())
    assert things(fake_stripe, "checkout.session")[0]["status"] == "expired"
    payment.refresh_from_db()
    assert payment.closed_at_gateway
    sweep(now=timezone.now())
    assert len(fake_stripe.requests("/expire")) == 1, "it is ended once"


def test_paying_while_the_order_is_cancelled_sends_the_money_back_once(fake_stripe, placed):
    order, payment = placed
    fake_stripe.tell("pay")
    cancel_order(order=order, reason="changed my mind")
    for _ in range(2):
        sweep(now=later())
    assert state(order, payment) == ("refunded", "captured")
    assert [one["amount"] for one in things(fake_stripe, "refund")] == [order.total * 100]


def test_cancelling_a_paid_order_sends_the_money_back(fake_stripe):
    order, payment = paid_at_stripe(fake_stripe)
    cancel_and_refund(order=order, reason="changed my mind")
    assert state(order, payment) == ("refunded", "captured")


def test_a_page_stripe_cannot_close_now_is_closed_by_the_next_sweep(fake_stripe, placed):
    order, payment = placed
    break_stripe(fake_stripe, "/expire$")
    cancel_and_refund(order=order, reason="changed my mind")
    break_stripe(fake_stripe, "/expire$")
    assert sweep(now=timezone.now())["payments ended"] == 0
    assert sweep(now=timezone.now())["payments ended"] == 1
    assert Payment.objects.get().closed_at_gateway
