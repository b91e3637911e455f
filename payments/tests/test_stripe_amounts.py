"""Amounts by Stripe's rules, which are not ISO 4217's: https://docs.stripe.com/currencies."""

from decimal import Decimal

import pytest

from catalog.tests.factories import ProductFactory
from orders.models import ShippingRate
from orders.tests.factories import OrderFactory, make_rates
from payments.gateways.base import GatewayRefused
from payments.gateways.stripe.amounts import from_stripe, to_stripe
from payments.models import Payment
from payments.services.payments import start_payment
from payments.services.refunds import refund_payment
from payments.tests.stripe_shop import paid_at_stripe, things


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("64.00", "EUR", 6400),
        ("0.50", "USD", 50),
        ("64", "JPY", 64),
        ("64.000", "JPY", 64),
        ("1500", "KRW", 1500),
        ("7", "XPF", 7),
        ("5.120", "KWD", 5120),
        ("5.12", "BHD", 5120),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("10.45", "HUF", 1045),
        ("800.45", "TWD", 80045),
        ("12.00", "ALL", 1200),
        ("0", "EUR", 0),
    ],
)
def test_amounts_go_there_and_back(amount, currency, units):
    assert to_stripe(Decimal(amount), currency) == units
    assert from_stripe(units, currency.lower()) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("5.124", "KWD", "only whole steps of 0.01 KWD"),
        ("5.50", "ISK", "only whole steps of 1 ISK"),
        ("5.5", "UGX", "only whole steps of 1 UGX"),
        ("5.5", "JPY", "only whole steps of 1 JPY"),
        ("5.005", "EUR", "only whole steps of 0.01 EUR"),
    ],
)
def test_what_stripe_cannot_write_is_refused_in_words(amount, currency, words):
    with pytest.raises(GatewayRefused, match=words):
        to_stripe(Decimal(amount), currency)


pages = pytest.mark.django_db(databases=["default", "documents"])


@pages
@pytest.mark.parametrize(
    ("currency", "price", "shipping", "units", "back"),
    [("JPY", "2400", "390", 2790, "300"), ("KWD", "20.000", "3.900", 23900, "1.250")],
)
def test_an_order_in_another_currency_is_paid_and_sent_back(
    fake_stripe, settings, currency, price, shipping, units, back
):
    settings.SHOP_CURRENCY = currency
    make_rates()
    ShippingRate.objects.update(price=Decimal(shipping))
    variant = ProductFactory(stock=3, price=Decimal(price)).variants.get()
    order, payment = paid_at_stripe(fake_stripe, variant)
    assert order.payment_status == "paid" and order.currency == currency
    (session,) = things(fake_stripe, "checkout.session")
    assert (session["amount_total"], session["currency"]) == (units, currency.lower())
    refund_payment(payment=payment, amount=Decimal(back), reason="a scratch", key="one")
    payment.refresh_from_db()
    assert payment.refunded_amount == Decimal(back)


@pages
def test_an_amount_stripe_cannot_take_is_said_before_anybody_pays(fake_stripe, settings):
    settings.SHOP_CURRENCY = "KWD"
    variant = ProductFactory(stock=3, price=Decimal("20.005")).variants.get()
    payment = Payment.objects.get(order=OrderFactory(variant, payment_method="stripe"))
    with pytest.raises(GatewayRefused, match="Please choose another way to pay"):
        start_payment(payment=payment)
    payment.refresh_from_db()
    assert payment.status == "failed" and not fake_stripe.requests()


@pages
def test_a_refund_stripe_cannot_send_is_refused_in_words(fake_stripe, settings):
    settings.SHOP_CURRENCY = "KWD"
    variant = ProductFactory(stock=3, price=Decimal("20.000")).variants.get()
    order, payment = paid_at_stripe(fake_stripe, variant)
    refund = refund_payment(payment=payment, amount=Decimal("1.255"), reason="a scratch", key="one")
    assert refund.status == "failed" and "only whole steps" in refund.failure_reason
