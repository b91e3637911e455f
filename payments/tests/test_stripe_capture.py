"""Money that Stripe keeps ready until staff take it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from payments.gateways.base import GatewayError
from payments.models import Payment
from payments.services.orders import cancel_and_refund
from payments.services.payments import capture_payment, settle
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, deliver, order_at_stripe, return_url, things

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def authorised(fake_stripe, settings):
    settings.STRIPE_CAPTURE = "manual"
    order, payment = order_at_stripe()
    fake_stripe.tell("authorise")
    settle(payment=payment)
    payment.refresh_from_db()
    order.refresh_from_db()
    return order, payment


def later():
    return timezone.now() + timedelta(minutes=10)


def state(order, payment):
    order.refresh_from_db()
    payment.refresh_from_db()
    return order.payment_status, payment.status


def intent(fake):
    return things(fake, "payment_intent")[0]


def test_the_order_waits_with_its_money_promised(fake_stripe, authorised):
    order, payment = authorised
    charge = things(fake_stripe, "charge")[0]
    until = datetime.fromtimestamp(charge["payment_method_details"]["card"]["capture_before"], UTC)
    assert state(order, payment) == ("unpaid", "authorised")
    assert payment.authorised_until == order.expires_at == until


def test_a_charge_that_names_no_date_is_kept_for_a_week(fake_stripe, settings):
    settings.STRIPE_CAPTURE = "manual"
    order, payment = order_at_stripe()
    made = fake_stripe.tell("authorise")
    fake_stripe.tell("alter", name=made["latest_charge"], payment_method_details={"type": "klarna"})
    payment = settle(payment=payment)
    assert payment.authorised_until == datetime.fromtimestamp(made["created"], UTC) + timedelta(days=7)


def test_messages_about_promised_money_take_none(fake_stripe, client, authorised):
    order, payment = authorised
    deliver(client, fake_stripe)
    assert client.get(return_url(payment)).status_code == 302
    assert state(order, payment) == ("unpaid", "authorised")
    assert intent(fake_stripe)["amount_received"] == 0


def test_taking_it_pays_the_order_once(fake_stripe, client, authorised):
    order, payment = authorised
    for _ in range(2):
        capture_payment(payment=Payment.objects.get(pk=payment.pk))
    deliver(client, fake_stripe)
    assert state(order, payment) == ("paid", "captured")
    assert len(fake_stripe.requests("/capture")) == 1
    assert order.events.filter(kind="paid").count() == 1


def test_it_may_be_taken_at_stripe_too(fake_stripe, client, authorised):
    order, payment = authorised
    charge = intent(fake_stripe)
    fake_stripe.tell("capture")
    deliver(client, fake_stripe, kinds=["charge.captured"])
    assert state(order, payment) == ("paid", "captured") and charge["status"] == "requires_capture"


def test_an_answer_that_is_lost_takes_it_once_all_the_same(fake_stripe, authorised):
    order, payment = authorised
    break_stripe(fake_stripe, "/capture$", "drop_after")
    with pytest.raises(GatewayError):
        capture_payment(payment=payment)
    assert state(order, payment) == ("unpaid", "authorised")
    sweep(now=later())
    assert state(order, payment) == ("paid", "captured")
    assert intent(fake_stripe)["amount_received"] == order.total * 100


def test_taking_it_again_after_a_lost_answer_uses_the_same_key(fake_stripe, authorised):
    order, payment = authorised
    break_stripe(fake_stripe, "/capture$", "drop_after")
    with pytest.raises(GatewayError):
        capture_payment(payment=payment)
    capture_payment(payment=payment)
    assert state(order, payment) == ("paid", "captured")
    asked = fake_stripe.requests("/capture")
    assert {one["headers"]["idempotency-key"] for one in asked} == {f"{payment.reference}-capture"}


def test_cancelling_the_order_gives_the_money_free(fake_stripe, authorised):
    order, payment = authorised
    cancel_and_refund(order=order, reason="changed my mind")
    sweep(now=timezone.now())
    assert intent(fake_stripe)["status"] == "canceled"
    assert state(order, payment) == ("unpaid", "cancelled") and payment.closed_at_gateway
    assert not things(fake_stripe, "refund"), "nothing was taken, so nothing goes back"


def test_giving_it_free_while_it_is_taken_sends_it_back(fake_stripe, authorised):
    order, payment = authorised
    break_stripe(fake_stripe, "/cancel$")
    cancel_and_refund(order=order, reason="changed my mind")
    fake_stripe.tell("capture")
    for _ in range(2):
        sweep(now=later())
    assert state(order, payment) == ("refunded", "captured")
    assert len(things(fake_stripe, "refund")) == 1


def test_money_nobody_took_in_time_leaves_the_order_unpaid(fake_stripe, client, authorised):
    order, payment = authorised
    fake_stripe.tell("lapse")
    deliver(client, fake_stripe, kinds=["payment_intent.canceled"])
    assert state(order, payment) == ("unpaid", "failed")
    assert payment.failure_reason == "The money was given free again: it was not taken in time."
    assert order.can_be_paid, "the shopper may pay again"


def test_taking_what_has_lapsed_is_refused_in_words(fake_stripe, authorised):
    order, payment = authorised
    fake_stripe.tell("lapse")
    with pytest.raises(DomainError, match="Stripe says: .*canceled"):
        capture_payment(payment=payment)
    sweep(now=later())
    assert state(order, payment) == ("unpaid", "failed")


def test_another_amount_that_is_promised_is_held(fake_stripe, settings):
    settings.STRIPE_CAPTURE = "manual"
    order, payment = order_at_stripe()
    made = fake_stripe.tell("authorise")
    fake_stripe.tell("alter", name=made["id"], amount_capturable=100)
    payment = settle(payment=payment)
    assert payment.status == "pending" and payment.reported_amount == 1
