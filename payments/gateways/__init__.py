"""The ways to pay. A new one is a folder here whose `gateway.py` lists its `GATEWAYS`."""

import pkgutil
from functools import lru_cache
from importlib import import_module

from django.conf import settings

from ecommerce.lib.errors import BadInput
from payments.gateways.base import Gateway


@lru_cache(maxsize=1)
def known() -> dict[str, Gateway]:
    """Every gateway there is by its code, offered or not: old payments still name them."""
    folders = sorted(entry.name for entry in pkgutil.iter_modules(__path__) if entry.ispkg)
    modules = [import_module(f"{__name__}.{name}.gateway") for name in folders]
    return {gateway.code: gateway for module in modules for gateway in module.GATEWAYS}


def offered() -> list[Gateway]:
    """The ways to pay that this shop offers, in the order of the settings."""
    found = [known()[code] for code in settings.PAYMENT_GATEWAYS if code in known()]
    return [gateway for gateway in found if gateway.is_configured()]


def online_codes() -> list[str]:
    """The gateways that can be asked how a payment stands."""
    return [code for code, gateway in known().items() if gateway.is_online]


def get(code: str) -> Gateway:
    """The gateway behind a payment, also one that is not offered any more."""
    return known()[code]


def choose(code: str, *, among: list[Gateway] | None = None) -> Gateway:
    """The offered gateway with this code (or one `among` some). Raises BadInput for any other."""
    for gateway in offered() if among is None else among:
        if gateway.code == code:
            return gateway
    raise BadInput("Choose how you would like to pay.", field="payment_method", code="payment_method")
