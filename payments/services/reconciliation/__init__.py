"""The reconciliation list: what is not right between the orders, their money and their papers.

It only reads, in a number of queries that does not depend on what there is to find. What can be done
about a finding is in `payments.services.repairs` and `refund_repairs`.
"""

from datetime import datetime

from django.utils import timezone

from payments.services.reconciliation import books, money, waiting
from payments.services.reconciliation.finding import Check, Finding

__all__ = ["KINDS", "Finding", "find_all"]

# What staff read of each kind, in the order in which the list shows them.
KINDS: dict[str, tuple[str, str]] = {
    "cancelled_money": (
        "Money of cancelled orders",
        "The sweep sends it back by itself, unless a refund was given up.",
    ),
    "paid_twice": ("Paid twice", "A second payment that the order does not need."),
    "too_much": ("Paid too much", "More came in than the order costs."),
    "mismatch": ("Another amount than asked for", "Nothing is booked until you decide."),
    "called_off_money": (
        "Money on payments that were called off",
        "It came after all, and not as it was asked for.",
    ),
    "unknown_money": ("Payments we do not know", "Look the message up at the gateway."),
    "alert": ("Disputes and alerts", "What gateways want you to know."),
    "refund_failed": ("Refunds that failed", "The customer still waits for this money."),
    "refund_stuck": ("Refunds that are stuck", "The gateway has not said for an hour that it is sent."),
    "unpaid": ("Goods without money", "Not paid, or not in full, and already in hand or on the way."),
    "door_unpaid": ("Paid at the door, and not seen yet", "Delivered more than three days ago."),
    "books": ("Books that disagree", "The order and its payments do not say the same."),
    "lapsing": ("Authorised money that lapses", "Take it within 48 hours, or it is lost."),
    "open": ("Payments that are open for long", "The sweep asks every two minutes; so can you."),
    "not_ended": ("Called off, and not ended at the gateway", "Somebody could still pay by them."),
    "no_invoice": ("Paid orders without invoice", ""),
    "number_gap": ("Gaps in invoice numbers", "The tax office asks for an explanation."),
}

_CHECKS: tuple[Check, ...] = (
    money.of_cancelled,
    money.paid_twice,
    money.too_much,
    money.held,
    money.unknown,
    money.alerts,
    waiting.failed_refunds,
    waiting.stuck_refunds,
    books.without_money,
    books.disagreeing,
    waiting.lapsing,
    waiting.open_payments,
    waiting.not_ended,
    books.without_invoice,
    books.number_gaps,
)


def find_all(*, now: datetime | None = None) -> list[Finding]:
    """Everything there is to repair at `now`, by kind, the oldest first."""
    now = now or timezone.now()
    place = {kind: number for number, kind in enumerate(KINDS)}
    found = [finding for check in _CHECKS for finding in check(now)]
    return sorted(found, key=lambda finding: (place[finding.kind], finding.since))
