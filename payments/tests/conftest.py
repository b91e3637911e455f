"""Fixtures for tests of payments."""

from payments.tests.stripe_shop import fake_stripe, stripe_process

__all__ = ["fake_stripe", "stripe_process"]
