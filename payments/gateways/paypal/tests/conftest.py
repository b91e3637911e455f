"""Fixtures for tests of paying by PayPal."""

import pytest

from orders.tests.factories import OrderFactory
from payments.gateways.paypal.tests.shop import PayPalShopper, fake_paypal, paypal_process
from tests.fakes.process import Fake

__all__ = ["fake_paypal", "paypal_process", "shopper"]


@pytest.fixture
def shopper(fake_paypal: Fake) -> PayPalShopper:  # noqa: F811
    """Somebody with an order that is to be paid by PayPal."""
    return PayPalShopper(fake_paypal, OrderFactory(payment_method="paypal"))
