"""Refuses to take money through a gateway that is only half set up. Like `ecommerce/checks.py`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def check_stripe(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What a shop that takes money by Stripe must have set."""
    if not settings.STRIPE_SECRET_KEY:
        return []
    unsafe = [
        (
            not settings.STRIPE_WEBHOOK_SECRET,
            "STRIPE_WEBHOOK_SECRET is not set: Stripe's messages cannot be told from anybody's.",
            "Add the endpoint https://…/api/payments/webhooks/stripe in the Stripe dashboard, and set "
            "STRIPE_WEBHOOK_SECRET to its signing secret (whsec_…).",
            "E007",
        ),
        (
            not settings.STRIPE_API.startswith("https://"),
            f"STRIPE_API ({settings.STRIPE_API}) is not https: the secret key would travel in the open.",
            "Leave STRIPE_API out, which is Stripe's own address.",
            "E008",
        ),
        (
            not settings.STRIPE_PAGES.startswith("https://"),
            f"STRIPE_PAGES ({settings.STRIPE_PAGES}) is not https: shoppers would pay in the open.",
            "Leave STRIPE_PAGES out, or set it to the domain of your payment pages at Stripe.",
            "E009",
        ),
    ]
    return [
        Error(message, hint=hint, id=f"ecommerce.{number}")
        for found, message, hint, number in unsafe
        if found
    ]
