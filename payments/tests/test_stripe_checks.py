"""Deploying a shop that is only half set up for Stripe is refused."""

import pytest

from payments.checks import check_stripe


@pytest.fixture
def safe(settings):
    settings.STRIPE_SECRET_KEY = "sk_live_1"
    settings.STRIPE_WEBHOOK_SECRET = "whsec_1"
    settings.STRIPE_API = "https://api.stripe.com"
    settings.STRIPE_PAGES = "https://checkout.stripe.com"
    return settings


def found():
    return [message.id for message in check_stripe(None)]


def test_a_shop_that_is_set_up_passes(safe):
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("STRIPE_WEBHOOK_SECRET", "", "E007"),
        ("STRIPE_API", "http://api.stripe.com", "E008"),
        ("STRIPE_PAGES", "http://pay.example", "E009"),
    ],
)
def test_each_unsafe_value_is_named(safe, name, value, number):
    setattr(safe, name, value)
    assert found() == [f"ecommerce.{number}"]
    assert name in check_stripe(None)[0].msg


def test_a_shop_without_stripe_is_none_of_its_business(safe):
    safe.STRIPE_SECRET_KEY = safe.STRIPE_WEBHOOK_SECRET = ""
    assert found() == []
