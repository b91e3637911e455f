"""What is left to do with orders, defined once: the sidebar, the order list and the home page
count and show the same orders."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from background.models import FailedTask
from dashboard.rights import AMOUNTS
from orders.models import Order
from orders.models.balance import PAID_AT_DOOR
from payments.models import Payment

UNPAID_AFTER = timedelta(hours=1)

_OPEN = Q(status__in=[Order.Status.PENDING, Order.Status.PROCESSING])


def unpaid(now: datetime) -> Q:
    """Orders that wait for money for more than an hour; those paid at the door wait for none."""
    return Q(
        status=Order.Status.PENDING,
        payment_status__in=[Order.PaymentStatus.UNPAID, Order.PaymentStatus.PARTLY_PAID],
        expires_at__isnull=False,
        placed_at__lt=now - UNPAID_AFTER,
    )


def to_ship() -> Q:
    """Orders whose goods are still here and may leave: in hand, paid or paid at the door."""
    waits_for_money = Q(payment_status=Order.PaymentStatus.UNPAID, expires_at__isnull=False)
    awaits_balance = Q(payment_status=Order.PaymentStatus.PARTLY_PAID) & ~Q(payment_method=PAID_AT_DOOR)
    return _OPEN & ~waits_for_money & ~awaits_balance & ~Q(fulfilment_status=Order.FulfilmentStatus.FULFILLED)


def picking() -> Q:
    """Orders that somebody has begun to pack and that have not left entirely."""
    return Q(status=Order.Status.PROCESSING, picking_at__isnull=False)


def late(today: date) -> Q:
    """Orders that may leave and are still here on the first day delivery was promised for."""
    return to_ship() & Q(promised_from__lte=today)


def to_capture() -> Q:
    """Orders whose money is promised and has yet to be taken."""
    authorised = Payment.objects.filter(status=Payment.Status.AUTHORISED, live_for__isnull=False)
    return _OPEN & Q(pk__in=authorised.values("live_for"))


def too_late() -> Q:
    """Orders paid after their time was over whose goods are gone: their shoppers were asked."""
    return Q(status=Order.Status.CANCELLED, choice_until__isnull=False)


def queue(name: str) -> Q | None:
    """The orders of the quick filter `name`, None for an unknown one."""
    match name:
        case "unpaid":
            return unpaid(timezone.now())
        case "to_ship":
            return to_ship()
        case "picking":
            return picking()
        case "late":
            return late(timezone.localdate())
        case "to_capture":
            return to_capture()
        case "too_late":
            return too_late()
    return None


QUEUES = (
    ("unpaid", "Unpaid for over an hour"),
    ("to_ship", "To ship"),
    ("picking", "Picking"),
    ("late", "Late"),
    ("to_capture", "To capture"),
    ("too_late", "Paid too late"),
)
# Packing has nothing to do with these; they are shown to those who may see amounts.
ABOUT_MONEY = frozenset({"unpaid", "to_capture", "too_late"})
# Most shops never have any of these.
SHOWN_WHEN_WAITING = frozenset({"to_capture", "too_late"})


def queues_for(user: Any) -> list[tuple[str, str]]:
    """The work lists that this person has a use for."""
    sees_money = user.has_perm(AMOUNTS)
    return [(name, title) for name, title in QUEUES if sees_money or name not in ABOUT_MONEY]


ICONS = {
    "unpaid": "hourglass_top",
    "to_ship": "package_2",
    "picking": "shopping_basket",
    "late": "alarm",
    "to_capture": "price_check",
    "too_late": "pending_actions",
}


def waits_for_money(order: Order) -> bool:
    """Whether nothing may leave yet; an order paid at the door never waits."""
    return order.awaits_balance or (not order.is_paid and order.expires_at is not None)


def is_unpaid_too_long(order: Order, now: datetime) -> bool:
    """The same rule as `unpaid`, for an order that is already at hand."""
    pending = order.status == Order.Status.PENDING
    return pending and waits_for_money(order) and order.placed_at < now - UNPAID_AFTER


def is_to_ship(order: Order) -> bool:
    """The same rule as `to_ship`, for an order that is already at hand."""
    return (
        order.status in (Order.Status.PENDING, Order.Status.PROCESSING)
        and not waits_for_money(order)
        and order.fulfilment_status != Order.FulfilmentStatus.FULFILLED
    )


def is_late(order: Order, today: date) -> bool:
    """The same rule as `late`, for an order that is already at hand."""
    return is_to_ship(order) and order.promised_from is not None and order.promised_from <= today


def order_counts() -> dict[str, int]:
    """How many orders are in each queue. One query, which reads open orders only, and the few that
    were paid too late."""
    counts: dict[str, Any] = {name: Count("pk", filter=queue(name)) for name, _ in QUEUES}
    return Order.objects.filter(_OPEN | too_late()).aggregate(**counts)


def failed_work() -> int:
    """How much background work failed, is not being tried again, and was neither done nor discarded."""
    return FailedTask.objects.filter(state=FailedTask.State.FAILED).count()
