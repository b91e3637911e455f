"""Money back by Stripe: once, however often it is asked for and in whatever order it is told."""

from decimal import Decimal

import pytest
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from payments.gateways.base import GatewayError
from payments.models import Payment, Refund
from payments.services.payments import ask_gateway, book, settle
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, deliver, order_at_stripe, paid_at_stripe, things

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def paid(fake_stripe):
    return paid_at_stripe(fake_stripe)


def back(payment, amount="5.00", key="one"):
    return refund_payment(payment=payment, amount=Decimal(amount), reason="a scratch", key=key)


def sent(fake):
    return [one["amount"] for one in things(fake, "refund")]


def status_of(order):
    order.refresh_from_db()
    return order.payment_status


def test_a_part_and_then_the_rest(fake_stripe, paid):
    order, payment = paid
    assert back(payment).status == "done"
    assert status_of(order) == "partly_refunded"
    assert back(payment, "18.90", "two").external_id.startswith("re_")
    assert status_of(order) == "refunded" and sent(fake_stripe) == [500, 1890]
    names = things(fake_stripe, "refund")[0]["metadata"]
    assert names == {"key": "one", "order": order.number, "reference": payment.reference}


def test_no_more_goes_back_than_came_in(fake_stripe, paid):
    order, payment = paid
    with pytest.raises(DomainError, match="At most €23.90"):
        back(payment, "23.91")
    assert sent(fake_stripe) == []


def test_a_key_pays_once(fake_stripe, paid):
    _, payment = paid
    assert back(payment) == back(payment)
    assert sent(fake_stripe) == [500]


@pytest.mark.parametrize("forgets", [False, True])
def test_an_answer_that_is_lost_sends_it_once_all_the_same(fake_stripe, paid, forgets):
    """Also when the sweep gets through only after Stripe has forgotten the idempotency key."""
    order, payment = paid
    break_stripe(fake_stripe, "/v1/refunds$", "drop_after")
    with pytest.raises(GatewayError):
        back(payment)
    if forgets:
        fake_stripe.tell("forget_keys")
    assert sweep(now=timezone.now())["refunds retried"] == 1
    assert sent(fake_stripe) == [500] and status_of(order) == "partly_refunded"


def test_stripe_is_down_and_the_sweep_sends_it(fake_stripe, paid):
    order, payment = paid
    break_stripe(fake_stripe, "/v1/refunds$", "error", status=503)
    with pytest.raises(GatewayError):
        back(payment)
    assert sent(fake_stripe) == [] and status_of(order) == "paid"
    sweep(now=timezone.now())
    assert sent(fake_stripe) == [500] and status_of(order) == "partly_refunded"


def test_a_refund_that_takes_days_is_pending_until_it_arrives(fake_stripe, paid, client):
    order, payment = paid
    fake_stripe.tell("settings", refunds="pending")
    assert back(payment).status == "pending" and status_of(order) == "paid"
    assert sweep(now=timezone.now())["refunds retried"] == 0
    fake_stripe.tell("finish_refund")
    assert sweep(now=timezone.now())["refunds retried"] == 1
    assert status_of(order) == "partly_refunded" and sent(fake_stripe) == [500]


def test_a_refund_that_takes_days_and_fails_says_why(fake_stripe, paid):
    order, payment = paid
    fake_stripe.tell("settings", refunds="pending")
    back(payment)
    fake_stripe.tell("finish_refund", status="failed", reason="expired_or_canceled_card")
    sweep(now=timezone.now())
    refund = Refund.objects.get()
    assert refund.status == "failed" and status_of(order) == "paid"
    assert refund.failure_reason == "Stripe could not send it: the card has expired or was cancelled."


def test_a_message_settles_a_pending_refund_too(fake_stripe, paid, client):
    order, payment = paid
    fake_stripe.tell("settings", refunds="pending")
    back(payment)
    fake_stripe.tell("finish_refund")
    deliver(client, fake_stripe, kinds=["refund.updated"])
    assert Refund.objects.get().status == "done" and status_of(order) == "partly_refunded"


def test_a_refund_that_comes_back_weeks_later_is_told_to_staff(fake_stripe, paid, client):
    order, payment = paid
    back(payment)
    fake_stripe.tell("finish_refund", status="failed", reason="lost_or_stolen_card")
    deliver(client, fake_stripe, kinds=["refund.failed"])
    (flag,) = order.events.filter(kind="payment_flagged")
    assert flag.message == (
        "A refund of €5.00 did not arrive; its money is back at Stripe. "
        "Stripe could not send it: the card was lost or stolen."
    )


def test_a_refund_made_at_stripe_is_booked_once(fake_stripe, paid, client):
    order, payment = paid
    fake_stripe.tell("refund", amount=390)
    for _ in range(2):
        deliver(client, fake_stripe)
    refund = Refund.objects.get()
    assert (refund.amount, refund.status) == (Decimal("3.90"), "done")
    assert status_of(order) == "partly_refunded"


def test_our_own_refund_is_not_taken_for_one_made_at_stripe(fake_stripe, paid, client):
    order, payment = paid
    back(payment)
    deliver(client, fake_stripe)
    assert Refund.objects.count() == 1


def test_a_refund_told_before_its_payment_is_not_lost(fake_stripe, client):
    order, payment = order_at_stripe()
    fake_stripe.tell("pay")
    fake_stripe.tell("refund", amount=390)
    deliver(client, fake_stripe, kinds=["charge.refunded"])
    deliver(client, fake_stripe, kinds=["payment_intent.succeeded", "checkout.session.completed"])
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("captured", Decimal("3.90"))
    assert status_of(order) == "partly_refunded" and Refund.objects.count() == 1


def test_many_refunds_made_at_stripe_are_all_seen(fake_stripe):
    order, payment = order_at_stripe()
    fake_stripe.tell("pay")
    for _ in range(12):
        fake_stripe.tell("refund", amount=10)
    settle(payment=payment)
    assert Refund.objects.count() == 12
    payment.refresh_from_db()
    assert payment.refunded_amount == Decimal("1.20")


def test_what_was_sent_back_at_stripe_already_is_refused_in_words(fake_stripe, paid):
    order, payment = paid
    fake_stripe.tell("refund")
    refund = back(payment)
    assert refund.status == "failed"
    assert refund.failure_reason == "All of this payment has been sent back already."
    assert sent(fake_stripe) == [2390]


def test_a_new_try_is_not_mistaken_for_the_one_that_failed(fake_stripe, paid):
    """Both are in Stripe's list; the old failure says nothing about the money under way."""
    order, payment = paid
    fake_stripe.tell("settings", refunds="pending")
    refund = back(payment)
    fake_stripe.tell("finish_refund", status="failed", reason="declined")
    sweep(now=timezone.now())
    Refund.objects.update(status="pending", attempts=1, external_id="")
    break_stripe(fake_stripe, "/v1/refunds$", "drop_after")
    sweep(now=timezone.now())
    fake_stripe.tell("finish_refund")
    payment = Payment.objects.get(pk=payment.pk)
    book(payment=payment, fetched=ask_gateway(payment))
    refund.refresh_from_db()
    assert refund.status == "done" and Refund.objects.count() == 1
    assert status_of(order) == "partly_refunded"
