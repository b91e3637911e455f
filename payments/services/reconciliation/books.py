"""Orders without money, and books that disagree with each other."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.db.models import Count, DecimalField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from ecommerce.lib.money import ZERO, format_money
from orders.models import CreditNote, Invoice, InvoiceCounter, Order
from orders.models.balance import PAID_AT_DOOR
from payments.models import Alert, Payment, Refund
from payments.services.alerts import gap_subject
from payments.services.reconciliation.finding import MOST, Finding, about_order

DOOR_PATIENCE = timedelta(days=3)
_MONEY: DecimalField = DecimalField(max_digits=14, decimal_places=3)
# SQLite adds decimals as floats.
_LESS_THAN_ANY_COIN = Decimal("0.0005")
_UNPAID = (Order.PaymentStatus.UNPAID, Order.PaymentStatus.PARTLY_PAID)
_WORDS = {
    Order.Status.PROCESSING: "is being prepared",
    Order.Status.SHIPPED: "has left",
    Order.Status.DELIVERED: "has arrived",
}


def _owing(wanted: Q) -> QuerySet[Order]:
    """Orders that still owe money, without those that staff have written off."""
    written_off = Alert.objects.filter(kind=Alert.Kind.UNPAID, order=OuterRef("pk"))
    return Order.objects.filter(wanted, payment_status__in=_UNPAID).exclude(Exists(written_off))


def without_money(now: datetime) -> list[Finding]:
    """Orders that are prepared or sent although money is due; paid at the door: that have long arrived."""
    in_advance = Q(status__in=list(_WORDS)) & ~Q(payment_method=PAID_AT_DOOR)
    at_door = Q(
        status=Order.Status.DELIVERED, payment_method=PAID_AT_DOOR, delivered_at__lt=now - DOOR_PATIENCE
    )
    found = []
    for order in _owing(in_advance | at_door).order_by("placed_at", "pk")[:MOST]:
        if not order.amount_due:
            continue
        due = format_money(order.amount_due, order.currency)
        has_left = order.status != Order.Status.PROCESSING
        door = order.payment_method == PAID_AT_DOOR
        found.append(
            about_order(
                "door_unpaid" if door else "unpaid",
                order,
                f"Order {order.number} {_WORDS[Order.Status(order.status)]} and {due} is still to pay",
                since=order.delivered_at or order.shipped_at or order.placed_at,
                severity="urgent" if has_left and not door else "soon" if has_left else "look",
                repairs=("confirm-payment", "deal-unpaid") if has_left else ("confirm-payment",),
            )
        )
    return found


def booked_amount() -> Combinable:
    """What the payments of an order say that it has: captured, less what was sent back."""
    came = Payment.objects.filter(order=OuterRef("pk"), status=Payment.Status.CAPTURED).order_by()
    went = Refund.objects.filter(payment__order=OuterRef("pk"), status=Refund.Status.DONE).order_by()
    came_sum = came.values("order").annotate(sum=Sum("amount")).values("sum")
    went_sum = went.values("payment__order").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(came_sum, output_field=_MONEY), ZERO, output_field=_MONEY) - Coalesce(
        Subquery(went_sum, output_field=_MONEY), ZERO, output_field=_MONEY
    )


def disagreeing(now: datetime) -> list[Finding]:
    """Orders whose own sum is not that of their payments."""
    orders = Order.objects.annotate(booked=booked_amount())
    apart = Q(amount_paid__gt=F("booked") + _LESS_THAN_ANY_COIN) | Q(
        amount_paid__lt=F("booked") - _LESS_THAN_ANY_COIN
    )
    return [
        about_order(
            "books",
            order,
            f"Order {order.number} counts {format_money(order.amount_paid, order.currency)}, "
            f"its payments make {format_money(order.booked, order.currency)}",
            amount=abs(order.amount_paid - order.booked),
            since=order.modified_at,
            severity="urgent",
            repairs=("correct-books",),
        )
        for order in orders.filter(apart).order_by("modified_at", "pk")[:MOST]
    ]


def without_invoice(now: datetime) -> list[Finding]:
    """Paid orders that never got an invoice."""
    done = (Order.Status.PROCESSING, Order.Status.SHIPPED, Order.Status.DELIVERED)
    paid = Order.objects.filter(status__in=done).exclude(payment_status__in=_UNPAID)
    missing = paid.exclude(Exists(Invoice.all_objects.filter(order=OuterRef("pk"))))
    return [
        about_order(
            "no_invoice",
            order,
            f"Order {order.number} is paid and has no invoice",
            amount=order.total,
            since=order.paid_at or order.placed_at,
            repairs=("issue-invoice",),
        )
        for order in missing.order_by("placed_at", "pk")[:MOST]
    ]


def number_gaps(now: datetime) -> list[Finding]:
    """Series of invoices and credit notes of which a number is missing that was given out."""
    used: dict[str, tuple[int, int]] = {}
    for model in (Invoice, CreditNote):
        rows = model.all_objects.order_by().values_list("series")
        for series, count, last in rows.annotate(count=Count("pk"), last=Max("sequence")):
            before = used.get(series, (0, 0))
            used[series] = (before[0] + count, max(before[1], last))
    counters = InvoiceCounter.objects.order_by("series")
    gappy = [row for row in counters if used.get(row.series, (0, 0)) != (row.last, row.last)]
    missing = missing_numbers(gappy)
    explained = set(Alert.objects.filter(kind=Alert.Kind.NUMBERS).values_list("subject", flat=True))
    return [
        Finding(
            kind="number_gap",
            title=f"Series {counter.series} has a gap: {missing[counter.series]}",
            since=now,
            counter=counter,
            repairs=("deal-gap",),
        )
        for counter in gappy
        if gap_subject(counter, missing[counter.series]) not in explained
    ]


def missing_numbers(counters: Iterable[InvoiceCounter]) -> dict[str, str]:
    """By series, the first numbers that no paper carries, or what else is wrong; in words."""
    there: dict[str, set[int]] = {counter.series: set() for counter in counters}
    for model in (Invoice, CreditNote):
        rows = model.all_objects.filter(series__in=list(there))
        for series, sequence in rows.values_list("series", "sequence"):
            there[series].add(sequence)
    return {counter.series: _gaps(counter.last, there[counter.series]) for counter in counters}


def _gaps(last: int, there: set[int]) -> str:
    gaps = list(islice((number for number in range(1, last + 1) if number not in there), 6))
    words = ", ".join(f"{number:05d}" for number in gaps[:5]) + (" and more" if len(gaps) > 5 else "")
    return words or f"numbers above {last:05d} were given out"
