"""Money that goes back through PayPal, ours and what was sent by hand over there."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from payments.gateways.base import GatewayError
from payments.models import Refund
from payments.services.payments import book
from payments.services.refunds import refund_payment, retry_pending
from payments.services.sweep import sweep

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def paid(shopper):
    shopper.pay()
    return shopper


def send_back(shopper, amount="5.00", key="scratch"):
    return refund_payment(payment=shopper.payment, amount=Decimal(amount), reason="a scratch", key=key)


def ask_paypal(shopper):
    """What a message about the payment leads to."""
    from payments.services.events import ask_gateway

    book(payment=shopper.payment, fetched=ask_gateway(shopper.payment))


def test_a_part_and_then_the_rest_go_back(paid):
    total = paid.order.total
    assert send_back(paid, "5.00").status == "done"
    assert paid.status == ("captured", "partly_refunded")
    assert send_back(paid, str(total - 5), key="rest").status == "done"
    assert paid.status == ("captured", "refunded")
    backs = paid.money_at_paypal("refunds")
    assert [Decimal(one["amount"]["value"]) for one in backs] == [Decimal("5.00"), total - 5]
    assert [one["custom_id"] for one in backs] == ["refund:scratch", "refund:rest"]
    assert {one["id"] for one in backs} == set(Refund.objects.values_list("external_id", flat=True))


def test_a_lost_answer_sends_it_once(paid, fake_paypal):
    fake_paypal.go_wrong("/refund$", "drop_after")
    with pytest.raises(GatewayError):
        send_back(paid)
    assert retry_pending() == 1 and retry_pending() == 0
    assert len(paid.money_at_paypal("refunds")) == 1 and Refund.objects.get().status == "done"


def test_one_that_takes_days_is_waited_for(paid, fake_paypal):
    fake_paypal.tell("settings", refund_status="PENDING")
    assert send_back(paid).status == "pending" and retry_pending() == 0
    assert paid.status == ("captured", "paid")
    fake_paypal.tell("decide", order=paid.payment.external_id, kind="refunds", status="COMPLETED")
    assert retry_pending() == 1
    assert len(paid.money_at_paypal("refunds")) == 1 and paid.status[1] == "partly_refunded"


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_one_that_paypal_cannot_send_has_failed(paid, fake_paypal, status):
    fake_paypal.tell("settings", refund_status="PENDING")
    send_back(paid)
    fake_paypal.tell("decide", order=paid.payment.external_id, kind="refunds", status=status)
    sweep(now=timezone.now() + timedelta(minutes=5))
    refund = Refund.objects.get()
    assert (refund.status, refund.failure_reason) == ("failed", "PayPal could not send the money back.")
    assert paid.status == ("captured", "paid")


def test_what_paypal_refuses_is_said_in_words(paid, fake_paypal):
    fake_paypal.tell("refund", order=paid.payment.external_id, amount=str(paid.order.total))
    refund = send_back(paid)
    assert (refund.status, refund.failure_reason) == ("failed", "PayPal has sent all of it back already.")


def test_one_made_by_hand_at_paypal_is_found_once(paid, fake_paypal):
    fake_paypal.tell("refund", order=paid.payment.external_id, amount="3.00")
    ask_paypal(paid)
    ask_paypal(paid)
    refund = Refund.objects.get()
    assert (refund.amount, refund.status) == (3, "done") and paid.status[1] == "partly_refunded"


def test_ours_is_known_again_by_its_key(paid, fake_paypal):
    """A message about it may come before PayPal's answer to us."""
    fake_paypal.go_wrong("/refund$", "drop_after")
    with pytest.raises(GatewayError):
        send_back(paid)
    ask_paypal(paid)
    refund = Refund.objects.get()
    assert (refund.key, refund.status) == ("scratch", "done")
    assert refund.external_id == paid.money_at_paypal("refunds")[0]["id"]


def test_ours_tried_a_second_time_is_known_again_by_its_key(paid, fake_paypal):
    fake_paypal.tell("settings", refund_status="FAILED")
    send_back(paid)
    Refund.objects.update(status="pending", attempts=1, external_id="")
    fake_paypal.tell("settings", refund_status="COMPLETED")
    fake_paypal.go_wrong("/refund$", "drop_after")
    with pytest.raises(GatewayError):
        send_back(paid)
    ask_paypal(paid)
    assert Refund.objects.get().status == "done"
    paid.order.refresh_from_db()
    assert paid.order.amount_paid == paid.order.total - 5
