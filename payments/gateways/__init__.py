"""The ways to pay. A new one is a folder here and a line in `_ALL`."""

from django.conf import settings

from ecommerce.lib.errors import BadInput
from payments.gateways.base import Gateway


def _all() -> dict[str, Gateway]:
    from payments.gateways.demo.gateway import DemoGateway
    from payments.gateways.offline.gateway import bank_transfer, cash_on_delivery

    found: list[Gateway] = [DemoGateway(), bank_transfer, cash_on_delivery]
    return {gateway.code: gateway for gateway in found}


def offered() -> list[Gateway]:
    """The ways to pay that this shop offers, in the order of the settings."""
    known = _all()
    return [known[code] for code in settings.PAYMENT_GATEWAYS if code in known]


def online_codes() -> list[str]:
    """The gateways that can be asked how a payment stands."""
    return [code for code, gateway in _all().items() if gateway.is_online]


def get(code: str) -> Gateway:
    """The gateway behind a payment, also one that is not offered any more."""
    return _all()[code]


def choose(code: str, *, among: list[Gateway] | None = None) -> Gateway:
    """The offered gateway with this code (or one `among` some). Raises BadInput for any other."""
    for gateway in offered() if among is None else among:
        if gateway.code == code:
            return gateway
    raise BadInput("Choose how you would like to pay.", field="payment_method", code="payment_method")
