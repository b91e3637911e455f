"""What crosses the border between the shop and whoever handles the money."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from ecommerce.lib.errors import DomainError


class GatewayError(DomainError):
    """The gateway could not be reached or refused; nothing is known to have been charged."""

    code = "gateway_error"
    http_status = 503


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A payment as a gateway needs it. `reference` is also the idempotency key."""

    reference: str
    amount: Decimal
    currency: str
    order_number: str
    email: str
    return_url: str


@dataclass(frozen=True, kw_only=True)
class Started:
    """Where the shopper goes to pay; empty when there is nothing to do online."""

    redirect_url: str = ""
    external_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What the gateway says of a payment now: "pending", "captured", "failed" or "unknown"."""

    status: str
    amount: Decimal | None = None
    currency: str = ""
    external_id: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Refunded:
    external_id: str = ""


class Gateway(Protocol):
    """One way to pay. Methods may be called again with the same reference or key, safely."""

    code: str
    label: str
    help_text: str
    # Whether the shopper pays on the gateway's pages, so that "Pay" leads there.
    is_online: bool

    def start(self, ask: Ask) -> Started:
        """Open the payment at the gateway. Raises GatewayError."""

    def fetch(self, reference: str) -> Fetched:
        """Ask how the payment stands. Raises GatewayError."""

    def refund(self, *, reference: str, amount: Decimal, key: str) -> Refunded:
        """Send money back. Raises GatewayError."""
