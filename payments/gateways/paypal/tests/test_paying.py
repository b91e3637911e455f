"""From "Pay" to PayPal and back, whatever happens on the way."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from orders.services.orders import cancel_order
from orders.tests.factories import OrderFactory
from payments.gateways.paypal.tests.shop import PayPalShopper
from payments.models import Payment
from payments.services.orders import cancel_and_refund
from payments.services.sweep import sweep

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def later(minutes=5):
    return timezone.now() + timedelta(minutes=minutes)


def asked(paypal, path, method="POST"):
    return paypal.requests(path, method)


def test_agree_at_paypal_come_back_and_it_is_paid(shopper, fake_paypal):
    page = shopper.pay()
    assert page.redirect_chain[-1][0].endswith("/thanks/") and page.status_code == 200
    assert shopper.status == ("captured", "paid")
    (capture,) = shopper.money_at_paypal()
    assert shopper.payment.charge_id == capture["id"]
    assert Decimal(capture["amount"]["value"]) == shopper.order.total


def test_what_paypal_is_told_names_the_order_and_nobody(shopper, fake_paypal):
    shopper.go_to_paypal()
    (opened,) = asked(fake_paypal, "/v2/checkout/orders")
    unit = shopper.at_paypal()["purchase_units"][0]
    assert opened["headers"]["paypal-request-id"] == shopper.payment.reference == unit["custom_id"]
    assert unit["invoice_id"].startswith(f"{shopper.order.number}-")
    assert "nora" not in opened["body"].lower() and "Lindenallee" not in opened["body"]
    assert '"NO_SHIPPING"' in opened["body"] and '"PAY_NOW"' in opened["body"]


def test_pressing_pay_again_leads_to_the_same_order_at_paypal(shopper, fake_paypal):
    assert shopper.go_to_paypal() == shopper.go_to_paypal()
    assert len(fake_paypal.tell("orders")) == 1


def test_an_answer_lost_while_opening_opens_one_order_only(shopper, fake_paypal):
    fake_paypal.go_wrong("/v2/checkout/orders$", "drop_after")
    assert shopper.press_pay().headers["Location"] == shopper.pay_page
    assert shopper.status == ("pending", "unpaid")
    shopper.pay()
    assert len(fake_paypal.tell("orders")) == 1 and shopper.status == ("captured", "paid")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_while_paypal_is_down_nothing_is_lost(shopper, fake_paypal, status):
    fake_paypal.go_wrong("/v2/", "error", status=status, method="POST", times=1)
    page = shopper.browser.post(shopper.pay_page, {"payment_method": "paypal"}, follow=True)
    assert "You have not been charged" in page.content.decode()
    assert shopper.status == ("pending", "unpaid")
    shopper.pay()
    assert shopper.status == ("captured", "paid")


def test_coming_back_without_agreeing_takes_nothing(shopper, fake_paypal):
    shopper.go_to_paypal()
    page = shopper.browser.get(f"/pay/{shopper.payment.reference}/return/?token=forged&PayerID=X")
    assert page.status_code == 202 and shopper.status == ("pending", "unpaid")
    assert asked(fake_paypal, "/capture") == []


def test_cancelling_at_paypal_keeps_the_order_and_lets_one_pay_later(shopper):
    page = shopper.pay("cancel")
    assert page.request["PATH_INFO"] == shopper.pay_page
    assert shopper.status == ("pending", "unpaid") and shopper.order.status == "pending"
    shopper.pay()
    assert shopper.status == ("captured", "paid")


def test_agreed_but_never_back_is_found_by_the_sweep(shopper, fake_paypal):
    shopper.go_to_paypal()
    fake_paypal.tell("approve", order=shopper.payment.external_id)
    sweep(now=later())
    assert shopper.status == ("captured", "paid")


def test_agreed_and_pay_pressed_again_takes_the_money_without_asking_twice(shopper, fake_paypal):
    shopper.go_to_paypal()
    fake_paypal.tell("approve", order=shopper.payment.external_id)
    page = shopper.browser.post(shopper.pay_page, {"payment_method": "paypal"})
    assert page.headers["Location"].endswith(f"/pay/{shopper.payment.reference}/return/")
    shopper.browser.get(page.headers["Location"])
    assert shopper.status == ("captured", "paid")


def test_a_capture_whose_answer_is_lost_is_asked_for_once(shopper, fake_paypal):
    fake_paypal.go_wrong("/capture$", "drop_after")
    page = shopper.pay()
    assert page.status_code == 202 and "Confirming your payment" in page.content.decode()
    assert shopper.status == ("pending", "unpaid")
    shopper.browser.get(f"/pay/{shopper.payment.reference}/return/")
    assert shopper.status == ("captured", "paid") and len(shopper.money_at_paypal()) == 1


def test_a_capture_that_never_arrived_is_asked_for_again_with_the_same_key(shopper, fake_paypal):
    fake_paypal.go_wrong("/capture$", "drop_before")
    shopper.pay()
    sweep(now=later())
    first, second = asked(fake_paypal, "/capture")
    assert first["headers"]["paypal-request-id"] == second["headers"]["paypal-request-id"]
    assert shopper.status == ("captured", "paid") and len(shopper.money_at_paypal()) == 1


def test_a_declined_card_is_told_in_words_and_not_charged_again(shopper, fake_paypal):
    page = shopper.pay("decline").content.decode()
    assert "PayPal could not charge the card" in page and "You have not been charged" in page
    assert shopper.status == ("failed", "unpaid")
    sweep(now=later())
    shopper.browser.get(f"/pay/{shopper.payment.reference}/return/")
    assert len(asked(fake_paypal, "/capture")) == 1


def test_after_a_decline_paypal_is_tried_again_with_a_key_of_its_own(shopper, fake_paypal):
    shopper.pay("decline")
    shopper.pay()
    assert shopper.status == ("captured", "paid")
    first, second = asked(fake_paypal, "/capture")
    assert first["headers"]["paypal-request-id"] != second["headers"]["paypal-request-id"]
    invoices = {one["purchase_units"][0]["invoice_id"] for one in fake_paypal.tell("orders")}
    assert len(invoices) == 2, "PayPal takes an invoice number only once"


def test_agreeing_late_to_a_declined_order_takes_nothing(shopper, fake_paypal):
    shopper.pay("decline")
    old = shopper.payment
    fake_paypal.tell("approve", order=old.external_id)
    shopper.browser.get(f"/pay/{old.reference}/return/")
    sweep(now=later())
    assert shopper.status == ("failed", "unpaid")
    assert fake_paypal.tell("order", order=old.external_id)["status"] == "APPROVED"


def test_after_a_decline_another_way_to_pay_works(shopper):
    shopper.pay("decline")
    shopper.press_pay("bank_transfer")
    assert shopper.payment.gateway == "bank_transfer" and shopper.status == ("pending", "unpaid")


def test_an_order_that_paypal_forgot_is_opened_anew_under_another_key(shopper, fake_paypal):
    shopper.go_to_paypal()
    first = shopper.payment.external_id
    fake_paypal.tell("forget", order=first)
    assert shopper.browser.get(f"/pay/{shopper.payment.reference}/return/").status_code == 202
    shopper.pay()
    assert shopper.payment.external_id != first and shopper.status == ("captured", "paid")


def test_money_that_paypal_still_checks_is_waited_for(shopper, fake_paypal):
    fake_paypal.tell("settings", capture_status="PENDING")
    assert shopper.pay().status_code == 202 and shopper.status == ("pending", "unpaid")
    sweep(now=later())
    assert len(asked(fake_paypal, "/capture")) == 1
    fake_paypal.tell("decide", order=shopper.payment.external_id, kind="captures", status="COMPLETED")
    sweep(now=later())
    assert shopper.status == ("captured", "paid")


def test_money_that_paypal_checked_and_declined_fails(shopper, fake_paypal):
    fake_paypal.tell("settings", capture_status="PENDING")
    shopper.pay()
    fake_paypal.tell("decide", order=shopper.payment.external_id, kind="captures", status="DECLINED")
    sweep(now=later())
    assert shopper.status == ("failed", "unpaid")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": "1.00"}, "€1.00"),
        ({"currency": "USD"}, "$"),
        ({"invoice_id": "OTHER123-abcdef01"}, "OTHER123"),
        ({"custom_id": "pay_of_another_shop"}, "pay_of_another_shop"),
    ],
)
def test_money_of_another_amount_currency_or_order_is_held(shopper, fake_paypal, wrong, words):
    page = shopper.go_to_paypal()
    fake_paypal.tell("change", order=shopper.payment.external_id, **wrong)
    shopper.choose(page, "approve")
    assert shopper.status == ("pending", "unpaid")
    assert shopper.payment.held_since is not None and words in shopper.payment.held_reason


def test_paid_after_the_order_was_cancelled_goes_back(shopper, fake_paypal):
    page = shopper.go_to_paypal()
    fake_paypal.tell("approve", order=shopper.payment.external_id)
    fake_paypal.go_wrong("/capture$", "drop_after")
    shopper.choose(page, "approve")
    cancel_order(order=shopper.order, reason="changed my mind")
    sweep(now=later())
    sweep(now=later())
    (back,) = shopper.money_at_paypal("refunds")
    assert Decimal(back["amount"]["value"]) == shopper.order.total
    assert shopper.payment.refunded_amount == shopper.payment.amount


def test_agreed_after_the_order_was_cancelled_takes_nothing(shopper, fake_paypal):
    shopper.go_to_paypal()
    cancel_and_refund(order=shopper.order, reason="changed my mind")
    sweep(now=later())
    fake_paypal.tell("approve", order=shopper.payment.external_id)
    shopper.browser.get(f"/pay/{shopper.payment.reference}/return/")
    sweep(now=later())
    assert shopper.status[0] == "cancelled" and shopper.money_at_paypal() == []
    assert shopper.payment.closed_at_gateway is not None


@pytest.fixture
def yen(settings):
    settings.SHOP_CURRENCY = "JPY"


def test_yen_have_no_decimals(yen, fake_paypal):
    order = OrderFactory(ProductFactory(price=Decimal(2000)).variants.get(), payment_method="paypal")
    shopper = PayPalShopper(fake_paypal, order)
    shopper.pay()
    (capture,) = shopper.money_at_paypal()
    assert "." not in capture["amount"]["value"] and shopper.status == ("captured", "paid")


@pytest.mark.parametrize(
    ("currency", "words"), [("KWD", "no payments in KWD"), ("HUF", "whole amounts of HUF only")]
)
def test_what_paypal_cannot_take_is_said_and_another_way_is_offered(settings, fake_paypal, currency, words):
    settings.SHOP_CURRENCY = currency
    variant = ProductFactory(price=Decimal("19.90")).variants.get()
    shopper = PayPalShopper(fake_paypal, OrderFactory(variant, payment_method="paypal"))
    page = shopper.browser.post(shopper.pay_page, {"payment_method": "paypal"}, follow=True)
    assert words in page.content.decode() and "another way to pay" in page.content.decode()
    assert shopper.status == ("failed", "unpaid") and fake_paypal.tell("orders") == []
    shopper.press_pay("bank_transfer")
    assert Payment.objects.filter(order=shopper.order, status="pending").get().gateway == "bank_transfer"
