"""Refuses values that are safe on one's own machine and unsafe in production.

`manage.py check --deploy` runs all of them; the first two also stop every other command, because a
demo shop has published passwords and a fixed code is one. Each message says what to set.
"""

import os
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from ecommerce.lib.sms import CONSOLE, sender_of


def is_local(site_url: str) -> bool:
    """Whether `site_url` can only be reached from this machine or its private network."""
    host = urlsplit(site_url).hostname or ""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".test"))


@register(Tags.security)
def check_demo_mode(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Demo mode has published passwords and a bank that approves everything."""
    if settings.DEMO_MODE and (settings.HTTPS or not is_local(settings.SITE_URL)):
        return [
            Error(
                f"Demo mode is on, and SITE_URL ({settings.SITE_URL}) can be reached by others.",
                hint="Set SHOP_DEMO=0 for a real shop, or a local SITE_URL for the demo.",
                id="ecommerce.E001",
            )
        ]
    return []


@register(Tags.security)
def check_fixed_code(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """With a fixed one-time code, whoever knows a customer's number is that customer."""
    reachable = settings.HTTPS or not is_local(settings.SITE_URL)
    return [_fixed_code()] if reachable and _fixed_outside_demo() else []


@register(Tags.security)
def check_second_factor(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Only the demo's published account may do without a second step."""
    if not settings.SECOND_FACTOR_EXEMPT or settings.DEMO_MODE:
        return []
    return [
        Error(
            "SECOND_FACTOR_EXEMPT is set: staff could act with a password alone.",
            hint="Leave SECOND_FACTOR_EXEMPT out; it is for the demo.",
            id="ecommerce.E020",
        )
    ]


@register(Tags.security, deploy=True)
def check_messages(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """One-time codes are random, and reach the phones they are for."""
    found: list[CheckMessage] = []
    if _fixed_outside_demo() and not check_fixed_code(None):
        found.append(_fixed_code())
    if not settings.SMS_URL and not settings.DEMO_MODE:
        found.append(
            Warning(
                "SMS_URL is not set: one-time codes are written to a folder, and nobody gets them.",
                hint="Set SMS_URL to twilio://SID:TOKEN@?from=+49… or https://TOKEN@host/path.",
                id="ecommerce.W001",
            )
        )
    if settings.SMS_URL == CONSOLE:
        found.append(
            Warning(
                "SMS_URL is console: one-time codes are printed, and nobody gets them.",
                hint="Set SMS_URL to twilio://SID:TOKEN@?from=+49… or https://TOKEN@host/path.",
                id="ecommerce.W001",
            )
        )
    try:
        if settings.SMS_URL not in ("", CONSOLE):
            sender_of(settings.SMS_URL)
    except ImproperlyConfigured as error:
        hint = "The secrets in it are percent-encoded; messages travel by https."
        found.append(Error(str(error), hint=f"Correct SMS_URL. {hint}", id="ecommerce.E011"))
    if settings.SMS_URL.startswith("twilio:") and not settings.TWILIO_API.startswith("https://"):
        found.append(
            Error(
                f"TWILIO_API ({settings.TWILIO_API}) is not https: codes would travel in the open.",
                hint="Leave TWILIO_API out, which is Twilio's own address.",
                id="ecommerce.E012",
            )
        )
    return found


def _fixed_outside_demo() -> bool:
    return bool(settings.FIXED_ONE_TIME_CODE) and not settings.DEMO_MODE


def _fixed_code() -> Error:
    return Error(
        "FIXED_ONE_TIME_CODE is set: anybody could sign in as any customer whose number they know.",
        hint="Leave FIXED_ONE_TIME_CODE out; it is for the demo and for development.",
        id="ecommerce.E010",
    )


@register(Tags.security, deploy=True)
def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What a shop that takes money must have set."""
    unsafe = [
        (
            settings.DEBUG,
            "DEBUG is on: errors would show the shop's code and settings to everybody.",
            "Set DEBUG=0, or leave it out.",
            "E002",
        ),
        (
            not settings.HTTPS,
            f"SITE_URL ({settings.SITE_URL}) is not https: sign-ins would travel in the open.",
            "Set SITE_URL=https://… to the address shoppers use.",
            "E003",
        ),
        (
            not os.environ.get("SECRET_KEY"),
            "SECRET_KEY is not set: a generated one is lost with the machine and differs on the next.",
            "Set SECRET_KEY to a long random text, such as the output of "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            "E004",
        ),
        (
            "*" in settings.ALLOWED_HOSTS,
            "ALLOWED_HOSTS accepts every host name.",
            "Leave ALLOWED_HOSTS out, which allows SITE_URL's host, or list the hosts.",
            "E005",
        ),
        (
            "demo" in settings.PAYMENT_GATEWAYS,
            "The demo gateway is offered: orders would be paid for with no money.",
            "Set SHOP_DEMO=0 and take `demo` out of PAYMENT_METHODS.",
            "E006",
        ),
    ]
    return [
        Error(message, hint=hint, id=f"ecommerce.{number}")
        for found, message, hint, number in unsafe
        if found
    ]


@register(Tags.security, deploy=True)
def check_webhooks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A shop whose staff can send requests into its own network is a door into it."""
    if not settings.WEBHOOKS_ALLOW_PRIVATE:
        return []
    return [
        Warning(
            "WEBHOOKS_ALLOW_PRIVATE is on: webhooks may go into the shop's own network, and without https.",
            hint="Leave WEBHOOKS_ALLOW_PRIVATE out, unless the receivers are on your own network.",
            id="ecommerce.W002",
        )
    ]


@register(Tags.security, deploy=True)
def check_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Browsers of a shop under https show nothing that comes by http, and invoices travel in the open."""
    endpoint = settings.AWS_S3_LINK_ENDPOINT_URL
    if not (settings.HTTPS and settings.AWS_STORAGE_BUCKET_NAME and endpoint.startswith("http://")):
        return []
    return [
        Warning(
            f"{endpoint} is not https: signed addresses of invoices begin with it.",
            hint="Set AWS_S3_LINK_ENDPOINT_URL to the https address by which browsers reach the store.",
            id="ecommerce.W010",
        )
    ]
