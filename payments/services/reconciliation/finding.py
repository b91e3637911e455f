"""What the reconciliation list is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from orders.models import InvoiceCounter, Order
from payments.models import Alert, GatewayEvent, Payment, Refund

# No list of one kind is longer: what is beyond shows when the oldest are dealt with.
MOST = 500

Severity = Literal["urgent", "soon", "look"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about money that is not as it should be.

    `repairs` are the codes of what staff can do about it; each takes the one of `payment`, `refund`,
    `order`, `event`, `alert` and `counter` that it is made for.
    """

    kind: str
    title: str
    since: datetime
    severity: Severity = "soon"
    facts: str = ""
    amount: Decimal | None = None
    currency: str = ""
    order: Order | None = None
    payment: Payment | None = None
    refund: Refund | None = None
    event: GatewayEvent | None = None
    alert: Alert | None = None
    counter: InvoiceCounter | None = None
    repairs: tuple[str, ...] = ()


# A check reads what is wrong at a moment, the oldest first, in a fixed number of queries.
Check = Callable[[datetime], list[Finding]]


def about_payment(kind: str, payment: Payment, title: str, **more: object) -> Finding:
    """A finding about a payment, its order and all of its amount."""
    values: dict = {
        "amount": payment.amount,
        "currency": payment.currency,
        "since": payment.created_at,
        "order": payment.order,
        "payment": payment,
    }
    return Finding(kind=kind, title=title, **values | more)


def about_order(kind: str, order: Order, title: str, **more: object) -> Finding:
    """A finding about an order, with what is still to pay."""
    values: dict = {
        "amount": order.amount_due,
        "currency": order.currency,
        "since": order.placed_at,
        "order": order,
    }
    return Finding(kind=kind, title=title, **values | more)
