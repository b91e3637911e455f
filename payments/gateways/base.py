"""What crosses the border between the shop and whoever handles the money.

A gateway is a folder beside this file with a `gateway.py` that lists its `GATEWAYS`. Its methods
are called outside transactions and may be called again with the same reference or key: a gateway
does a thing once for each key. Amounts are Decimal in major units of their currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from ecommerce.lib.errors import DomainError


class GatewayError(DomainError):
    """The gateway did not answer; whether it did what was asked is not known. Ask again later."""

    code = "gateway_error"
    http_status = 503


class GatewayRefused(DomainError):
    """The gateway said no, for good: asking again with the same key changes nothing."""

    code = "gateway_refused"


class BadEvent(DomainError):
    """A message that the gateway did not send, or sent too long ago."""

    code = "bad_signature"
    http_status = 400


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A payment as its gateway knows it.

    `reference` is ours, and the idempotency key of its start. `external_id` is the gateway's name
    for the payment, "" until `start` has answered; `charge_id` its name for the money (a payment
    intent, a capture), "" until that is known.
    """

    reference: str
    amount: Decimal
    currency: str
    order_number: str
    external_id: str = ""
    charge_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Ask(Charge):
    """A payment that is to be opened. The shopper comes back to `return_url`, or gives up by
    `cancel_url`; nobody waits for the money after `expires_at` (aware, None: for as long as it takes).
    """

    email: str
    return_url: str
    cancel_url: str
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Started:
    """Where the shopper goes to pay; empty when there is nothing to do online."""

    redirect_url: str = ""
    external_id: str = ""


RefundState = Literal["done", "pending", "failed"]


@dataclass(frozen=True, kw_only=True)
class Refunded:
    """How a refund stands at the gateway; `reason` says why it failed."""

    status: RefundState = "done"
    external_id: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundSeen:
    """A refund that the gateway has in its books; `key` is ours, "" for one made by hand over there."""

    external_id: str
    amount: Decimal
    status: RefundState = "done"
    key: str = ""


PaymentState = Literal["pending", "authorised", "captured", "failed", "cancelled", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What the gateway says of a payment now.

    "failed" and "cancelled" are final: no money can come by it any more. "pending" and "unknown"
    change nothing. `amount`, `currency` and `order_number` are what the gateway has in its books
    (None or "": it does not say), and are compared with ours. `authorised_until`: when the
    gateway gives an authorised amount free again.
    """

    status: PaymentState
    amount: Decimal | None = None
    currency: str = ""
    order_number: str = ""
    external_id: str = ""
    charge_id: str = ""
    reason: str = ""
    authorised_until: datetime | None = None
    refunds: tuple[RefundSeen, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Event:
    """A message of a gateway whose signature is right. It only makes us ask how the payment stands.

    It is about the payment with our `reference`, or the gateway's `external_id` or `charge_id`;
    all empty: about none. `alert` is what staff have to know of it, such as a dispute.
    """

    event_id: str
    kind: str
    reference: str = ""
    external_id: str = ""
    charge_id: str = ""
    alert: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


# How long an order waits for its money: minutes (paid at once, online), days (a transfer), or not
# at all (paid at the door).
Pace = Literal["online", "later", "door"]


class Gateway(Protocol):
    """One way to pay."""

    code: str
    label: str
    help_text: str
    pace: Pace
    # Whether the shopper pays on the gateway's pages, so that "Pay" leads there.
    is_online: bool

    def is_configured(self) -> bool:
        """Whether shoppers can be offered it: its keys are set."""

    def start(self, ask: Ask) -> Started:
        """Open the payment at the gateway, or find the one opened before with this reference.

        Raises GatewayError, and GatewayRefused for one that the gateway will never take.
        """

    def confirm(self, charge: Charge) -> Fetched:
        """The shopper has agreed: finish what is theirs to finish, and say how the payment stands.

        Raises GatewayError.
        """

    def fetch(self, charge: Charge) -> Fetched:
        """Ask how the payment stands, and change nothing. Raises GatewayError."""

    def capture(self, charge: Charge, *, key: str) -> Fetched:
        """Take the whole of an authorised amount. Raises GatewayError, GatewayRefused."""

    def cancel(self, charge: Charge, *, key: str) -> Fetched:
        """Give an authorised amount free, or end a payment nobody has finished.

        Says "captured" when the money came meanwhile. Raises GatewayError.
        """

    def refund(self, charge: Charge, *, amount: Decimal, key: str, external_id: str = "") -> Refunded:
        """Send `amount` back, once for each key. With the gateway's `external_id` of a refund it only
        asks how that one stands. Raises GatewayError, GatewayRefused."""

    def parse_event(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        """Check the signature of a message over its raw `body`, and return what it is about.

        `headers` are read in any case. Raises BadEvent, and GatewayError when it cannot be checked now.
        """
