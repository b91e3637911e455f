"""PayPal's messages reach a running shop: in any order, many times, forged."""

import json

import pytest
import requests

from orders.tests.factories import OrderFactory
from payments.gateways.paypal.tests.shop import WEBHOOK, PayPalShopper
from payments.models import GatewayEvent, Refund
from tests.fakes.paypal_books import PAYER

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


@pytest.fixture
def paypal(fake_paypal, live_server, settings):
    """PayPal knows where the shop is; messages wait until a test sends them."""
    settings.SITE_URL = live_server.url
    fake_paypal.tell("settings", webhook_url=live_server.url + WEBHOOK, send=False)
    return fake_paypal


@pytest.fixture
def shopper(paypal):
    return PayPalShopper(paypal, OrderFactory(payment_method="paypal"))


def agree(shopper):
    """The shopper agrees at PayPal and never comes back."""
    shopper.go_to_paypal()
    shopper.paypal.tell("approve", order=shopper.payment.external_id)


def statuses(answers):
    return [answer["status"] for answer in answers]


def test_the_message_comes_first_and_the_shopper_later(shopper, paypal):
    agree(shopper)
    assert statuses(paypal.tell("send", kind="CHECKOUT.ORDER.APPROVED")) == [200]
    assert shopper.status == ("captured", "paid")
    page = shopper.browser.get(f"/pay/{shopper.payment.reference}/return/", follow=True)
    assert page.redirect_chain[-1][0].endswith("/thanks/")
    assert len(shopper.money_at_paypal()) == 1


def test_the_shopper_comes_first_and_the_messages_later(shopper, paypal):
    shopper.pay()
    assert statuses(paypal.tell("send")) == [200, 200]
    assert shopper.order.events.filter(kind="paid").count() == 1
    assert GatewayEvent.objects.filter(payment=shopper.payment).count() == 2


def test_messages_that_go_out_by_themselves_and_the_shopper_at_once(shopper, paypal):
    """PayPal speaks while it is asked: both sides take the money with the same key."""
    paypal.tell("settings", send=True)
    shopper.pay()
    assert set(statuses(paypal.tell("answers"))) <= {200, 503}
    assert shopper.status == ("captured", "paid") and len(shopper.money_at_paypal()) == 1


def test_ten_times_the_same_message_counts_once(shopper, paypal):
    agree(shopper)
    answers = paypal.tell("send", kind="CHECKOUT.ORDER.APPROVED", times=10, at_once=True)
    assert set(statuses(answers)) <= {200, 503} and 200 in statuses(answers)
    assert shopper.status == ("captured", "paid") and len(shopper.money_at_paypal()) == 1
    assert shopper.order.events.filter(kind="paid").count() == 1
    assert GatewayEvent.objects.count() == 1


def test_a_refund_that_is_told_before_its_payment_is_not_lost(shopper, paypal):
    agree(shopper)
    paypal.tell("take_order", order=shopper.payment.external_id)
    paypal.tell("refund", order=shopper.payment.external_id, amount="3.00")
    assert statuses(paypal.tell("send", backwards=True)) == [200, 200, 200]
    assert Refund.objects.get().amount == 3 and shopper.status == ("captured", "partly_refunded")


def test_a_refund_made_by_hand_is_told_once(shopper, paypal):
    shopper.pay()
    paypal.tell("refund", order=shopper.payment.external_id, amount="3.00")
    assert statuses(paypal.tell("send", kind="REFUNDED", times=3)) == [200, 200, 200]
    assert Refund.objects.get().amount == 3
    assert GatewayEvent.objects.get(kind="PAYMENT.CAPTURE.REFUNDED").payment == shopper.payment


@pytest.mark.parametrize("wrong", ["signature", "webhook", "body", "headers"])
def test_what_paypal_did_not_sign_is_refused_and_not_kept(shopper, paypal, wrong):
    agree(shopper)
    (answer,) = paypal.tell("send", kind="APPROVED", wrong=wrong)
    assert answer["status"] == 400 and json.loads(answer["body"])["code"] == "bad_signature"
    assert shopper.status == ("pending", "unpaid") and not GatewayEvent.objects.exists()
    asked = paypal.requests("verify-webhook-signature")
    assert len(asked) == (0 if wrong == "headers" else 1), "no headers: PayPal need not be asked"


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"id": 1}', b'{}, "webhook_id": "X"', b"\xff"])
def test_what_is_no_message_is_refused_without_asking_paypal(paypal, live_server, body):
    signed = {f"Paypal-{name}": "x" for name in ("Auth-Algo", "Cert-Url", "Transmission-Id")}
    signed |= {f"Paypal-Transmission-{name}": "x" for name in ("Sig", "Time")}
    answer = requests.post(
        live_server.url + WEBHOOK,
        data=body,
        headers=signed | {"Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 400 and paypal.requests("verify-webhook-signature") == []


def test_without_a_webhook_id_no_message_is_believed(shopper, paypal, settings):
    settings.PAYPAL_WEBHOOK_ID = ""
    agree(shopper)
    assert statuses(paypal.tell("send")) == [400] and not GatewayEvent.objects.exists()


@pytest.mark.parametrize("path", ["verify-webhook-signature", "/v2/checkout/orders/", "oauth2/token"])
def test_a_message_that_cannot_be_checked_now_is_asked_for_again(shopper, paypal, settings, path):
    agree(shopper)
    settings.PAYPAL_CLIENT_SECRET += "" if path != "oauth2/token" else " mistyped"
    if path != "oauth2/token":
        paypal.tell("faults", path=path, do="error", status=503)
    assert statuses(paypal.tell("send")) == [503]
    assert not GatewayEvent.objects.exists() and shopper.status == ("pending", "unpaid")


def test_messages_about_other_things_are_kept_and_change_nothing(shopper, paypal):
    paypal.tell("tell", kind="BILLING.PLAN.CREATED", resource={"id": "P-1"})
    paypal.tell("tell", kind="PAYMENT.CAPTURE.COMPLETED", resource={"id": "9X", "custom_id": "pay_elsewhere"})
    assert statuses(paypal.tell("send")) == [200, 200]
    assert set(GatewayEvent.objects.values_list("outcome", flat=True)) == {
        "not about a payment",
        "no such payment",
    }
    assert shopper.status == ("pending", "unpaid")


def test_a_dispute_and_a_reversal_are_told_to_staff(shopper, paypal):
    shopper.pay()
    paypal.tell("dispute", order=shopper.payment.external_id)
    (capture,) = shopper.money_at_paypal()
    paypal.tell("tell", kind="PAYMENT.CAPTURE.REVERSED", resource=capture)
    assert set(statuses(paypal.tell("send"))) == {200}
    flags = list(shopper.order.events.filter(kind="payment_flagged").order_by("pk"))
    assert "MERCHANDISE_OR_SERVICE_NOT_RECEIVED" in flags[0].message and "back from" in flags[1].message
    assert not any(flag.is_public for flag in flags)


def test_nothing_of_the_payer_is_kept(shopper, paypal):
    shopper.pay()
    paypal.tell("dispute", order=shopper.payment.external_id)
    paypal.tell("send")
    kept = json.dumps(list(GatewayEvent.objects.values_list("payload", flat=True)))
    assert shopper.payment.reference in kept
    address, phone = PAYER["address"]["address_line_1"], PAYER["phone"]["phone_number"]["national_number"]
    for private in ("Petra", "Privat", PAYER["email_address"], address, phone, PAYER["payer_id"]):
        assert private not in kept
