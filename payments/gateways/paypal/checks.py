"""What a shop that takes PayPal in production must have set."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from payments.gateways.paypal.amounts import CURRENCIES


@register(Tags.security, deploy=True)
def check_paypal(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Nothing is asked of a shop that has no account at PayPal."""
    if not settings.PAYPAL_CLIENT_ID:
        return []
    wrong = [
        (
            not settings.PAYPAL_CLIENT_SECRET,
            "PAYPAL_CLIENT_ID is set and PAYPAL_CLIENT_SECRET is not: PayPal is not offered.",
            "Set both, from the app's page at developer.paypal.com, or none.",
            "E201",
        ),
        (
            not settings.PAYPAL_WEBHOOK_ID,
            "PAYPAL_WEBHOOK_ID is not set: every message of PayPal is refused.",
            "Add a webhook for SITE_URL/api/payments/webhooks/paypal to the app at PayPal, and set "
            "PAYPAL_WEBHOOK_ID to its id.",
            "E202",
        ),
        (
            urlsplit(settings.PAYPAL_API).scheme != "https",
            f"PAYPAL_API ({settings.PAYPAL_API}) is not https: the shop's secret would travel in the open.",
            "Leave PAYPAL_API out, or set https://api-m.sandbox.paypal.com to try things out.",
            "E203",
        ),
        (
            "paypal" in settings.PAYMENT_GATEWAYS and settings.SHOP_CURRENCY not in CURRENCIES,
            f"PayPal takes no payments in {settings.SHOP_CURRENCY}.",
            "Take `paypal` out of PAYMENT_METHODS.",
            "E204",
        ),
    ]
    return [
        Error(message, hint=hint, id=f"payments.{number}") for found, message, hint, number in wrong if found
    ]
