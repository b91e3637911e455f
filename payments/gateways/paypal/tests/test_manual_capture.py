"""Money that is kept ready at PayPal until staff take it, or give it free."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.gateways.base import GatewayError, GatewayRefused
from payments.services.orders import cancel_and_refund
from payments.services.payments import capture_payment
from payments.services.sweep import sweep

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def agreed(shopper, settings):
    """The shopper has agreed, and nothing is taken yet."""
    settings.PAYPAL_CAPTURE = "manual"
    shopper.pay()
    return shopper


def later():
    return timezone.now() + timedelta(minutes=5)


def test_agreeing_keeps_the_money_ready(agreed):
    assert agreed.status[0] == "authorised" and agreed.order.status == "pending"
    (kept,) = agreed.money_at_paypal("authorizations")
    assert agreed.payment.charge_id == kept["id"]
    assert agreed.payment.authorised_until > timezone.now() + timedelta(days=28)
    assert agreed.order.expires_at == agreed.payment.authorised_until


def test_staff_take_it_once(agreed):
    capture_payment(payment=agreed.payment)
    capture_payment(payment=agreed.payment)
    (capture,) = agreed.money_at_paypal()
    assert agreed.status == ("captured", "paid") and agreed.payment.charge_id == capture["id"]


def test_a_lost_answer_takes_it_once(agreed, fake_paypal):
    fake_paypal.go_wrong("/authorizations/.*/capture$", "drop_after")
    with pytest.raises(GatewayError):
        capture_payment(payment=agreed.payment)
    capture_payment(payment=agreed.payment)
    assert agreed.status == ("captured", "paid") and len(agreed.money_at_paypal()) == 1


def test_two_keys_never_share_an_answer(agreed, fake_paypal):
    """PayPal answers a key as it did the first time, whatever is asked then."""
    capture_payment(payment=agreed.payment)
    keys = [one["headers"].get("paypal-request-id") for one in fake_paypal.requests("/v2/", "POST")]
    assert len(keys) == len(set(keys)) == 3 and all(keys)


def test_a_cancelled_order_gives_it_free(agreed, fake_paypal):
    cancel_and_refund(order=agreed.order, reason="changed my mind")
    sweep(now=later())
    sweep(now=later())
    (kept,) = agreed.money_at_paypal("authorizations")
    assert kept["status"] == "VOIDED" and agreed.status[0] == "cancelled"
    assert agreed.payment.closed_at_gateway is not None
    assert len(fake_paypal.requests("/void", "POST")) == 1


def test_what_staff_took_on_paypals_pages_meanwhile_goes_back_after_cancelling(agreed, fake_paypal):
    kept = agreed.payment.charge_id
    fake_paypal.go_wrong("/void$", "drop_before")
    cancel_and_refund(order=agreed.order, reason="changed my mind")
    fake_paypal.tell("take_by_hand", authorization=kept)
    sweep(now=later())
    sweep(now=later())
    assert agreed.status[0] == "captured" and len(agreed.money_at_paypal("refunds")) == 1


def test_what_paypal_gave_free_cannot_be_taken_and_fails(agreed, fake_paypal):
    fake_paypal.tell("decide", order=agreed.payment.external_id, kind="authorizations", status="VOIDED")
    with pytest.raises(GatewayRefused, match="given the amount free"):
        capture_payment(payment=agreed.payment)
    sweep(now=later())
    assert agreed.status == ("failed", "unpaid")


def test_a_decline_while_keeping_it_ready_is_told(shopper, settings):
    settings.PAYPAL_CAPTURE = "manual"
    page = shopper.pay("decline").content.decode()
    assert "PayPal could not charge the card" in page and shopper.status == ("failed", "unpaid")
