"""The numbers of the staff home page, added up by the database over indexed ranges.

Sales are orders placed in a period and not cancelled, less what was refunded on them, whenever
that happened. Days are the shop's: their limits are worked out here, so that the database
needs no time zone tables.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Case, Count, IntegerField, Max, Sum, Value, When
from django.utils import timezone

from catalog.models import Variant
from dashboard.low_stock import low_variants
from ecommerce.lib import documents_store
from ecommerce.lib.money import ZERO, round_money
from orders.models import CreditNote, Invoice, Notification, Order, OrderLine, Return, Shipment
from orders.services.notifications import overdue
from reviews.figures import SurveyFigures, survey_figures
from reviews.models import Answer, KeptReview, Question, Review, Survey
from support.models import Ticket

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day's sales: `gross` as ordered, `refunded` of it sent back since."""

    date: date
    orders: int = 0
    gross: Decimal = ZERO
    refunded: Decimal = ZERO

    @property
    def revenue(self) -> Decimal:
        return self.gross - self.refunded


@dataclass(frozen=True, kw_only=True)
class Sales:
    """The sales of some days together."""

    orders: int
    revenue: Decimal

    @property
    def average(self) -> Decimal:
        """Revenue for each order, rounded; zero without orders."""
        return round_money(self.revenue / self.orders) if self.orders else ZERO


def sales_by_day(*, first: date, last: date) -> list[Day]:
    """Every day from `first` to `last`, both included, empty ones too. One query.

    What went back because an order was changed or paid twice is no loss: its total says so already.
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    placed = _placed(Order.objects.all(), "placed_at", first, last).exclude(status=Order.Status.CANCELLED)
    sold = placed.annotate(day=_day_number(days, "placed_at")).values("day").order_by("day")
    sums = sold.annotate(count=Count("pk"), sum=Sum("total"), credited=Sum("amount_credited"))
    sold = {row["day"]: row for row in sums}
    return [
        Day(
            date=day,
            orders=sold[number]["count"] if number in sold else 0,
            gross=round_money(sold[number]["sum"]) if number in sold else ZERO,
            refunded=round_money(sold[number]["credited"]) if number in sold else ZERO,
        )
        for number, day in enumerate(days)
    ]


def add_up(days: list[Day]) -> Sales:
    """The sales of `days` together."""
    return Sales(orders=sum(day.orders for day in days), revenue=sum((day.revenue for day in days), ZERO))


def orders_by_status(*, first: date, last: date) -> list[tuple[str, str, int]]:
    """State, its name and how many orders placed in the period are in it, in the states' order."""
    found = dict(
        _placed(Order.objects.all(), "placed_at", first, last)
        .values_list("status")
        .annotate(count=Count("pk"))
        .order_by("status")
    )
    return [(value, str(label), found.get(value, 0)) for value, label in Order.Status.choices]


def best_products(*, first: date, last: date, by: str, limit: int = 5) -> list[dict[str, Any]]:
    """The products sold most, `by` "units" or "revenue" (before refunds), in uncancelled orders."""
    return list(
        _placed(OrderLine.objects.all(), "order__placed_at", first, last)
        .filter(order__is_deleted=False)
        .exclude(order__status=Order.Status.CANCELLED)
        .values("product_id")
        .annotate(name=Max("name"), image=Max("image"), units=Sum("quantity"), revenue=Sum("total"))
        .order_by(f"-{by}", "product_id")[:limit]
    )


@dataclass(frozen=True, kw_only=True)
class LowStock:
    """What is about to run out: the first few, and how many there are."""

    items: list[Variant]
    count: int


def low_stock(*, limit: int = 6) -> LowStock:
    """Variants of published products at or below the shop's warning level, the scarcest first."""
    found = low_variants()
    return LowStock(items=list(found[:limit]), count=found.count())


# Papers are made within seconds, and by the sweep within minutes: who waits longer waits for a store.
_PAPERS_TAKE = timedelta(minutes=10)


def late_papers(*, now: datetime) -> int:
    """How many invoices, credit notes and labels should have been made by now and are not. One query."""
    before = now - _PAPERS_TAKE
    invoices = Invoice.objects.filter(file_stored_at=None, issued_at__lt=before)
    notes = CreditNote.objects.filter(file_stored_at=None, issued_at__lt=before)
    labels = Shipment.objects.filter(
        label_stored_at=None, shipped_at__lt=before, order__collect_from__isnull=True
    )
    coming_back = Return.objects.filter(
        label_stored_at=None, approved_at__lt=before, status=Return.Status.APPROVED
    )
    first, *others = (rows.order_by().values("pk") for rows in (invoices, notes, labels, coming_back))
    return first.union(*others, all=True).count()


def open_tickets() -> int:
    return Ticket.objects.filter(status=Ticket.Status.OPEN).count()


def overdue_emails() -> int:
    """Emails to shoppers that did not go out; the sweep goes on trying for some days."""
    return Notification.objects.filter(overdue(timezone.now())).count()


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What customers say; `reachable` is False when the document store does not answer, and `kept`
    then how many reviews wait for it."""

    reachable: bool = True
    kept: int = 0
    latest: list[Review] = field(default_factory=list)
    waiting: int = 0
    ratings: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class QuestionsWaiting:
    """Questions about products that the shop has not answered, and answers of buyers nobody has read."""

    reachable: bool = True
    unanswered: int = 0
    answers: int = 0


@dataclass(frozen=True, kw_only=True)
class Surveys:
    """What surveys come to, and the latest words in them."""

    reachable: bool = True
    figures: list[SurveyFigures] = field(default_factory=list)
    words: list[Survey] = field(default_factory=list)


def feedback(*, first: date, last: date, limit: int = 5) -> Feedback:
    """The latest reviews, how many wait for approval, and stars given in the period. Never raises."""
    return _or(
        lambda: Feedback(reachable=False, kept=KeptReview.objects.count()),
        lambda: _feedback(first, last, limit),
    )


def questions_waiting() -> QuestionsWaiting:
    """Never raises, as `feedback`."""
    return _or(lambda: QuestionsWaiting(reachable=False), _questions_waiting)


def surveys(*, now: datetime, limit: int = 3) -> Surveys:
    """Never raises, as `feedback`."""
    return _or(lambda: Surveys(reachable=False), lambda: _surveys(now, limit))


def _questions_waiting() -> QuestionsWaiting:
    held = Answer.objects.filter(is_shop=False, status=Answer.Status.HELD)
    return QuestionsWaiting(unanswered=Question.objects.unanswered().count(), answers=held.count())


def _surveys(now: datetime, limit: int) -> Surveys:
    words = list(Survey.objects.answered().exclude(comment="")[:limit])
    return Surveys(figures=survey_figures(now=now), words=words)


def _feedback(first: date, last: date, limit: int) -> Feedback:
    published = _placed(Review.objects.published(), "review_date", first, last)
    counted = dict(published.values_list("rating").annotate(count=Count("pk")).order_by("rating"))
    return Feedback(
        latest=list(Review.objects.order_by("-review_date", "-pk")[:limit]),
        waiting=Review.objects.filter(status=Review.Status.HELD).count(),
        ratings={stars: counted.get(stars, 0) for stars in (5, 4, 3, 2, 1)},
    )


def _or(unreachable: Callable[[], T], read: Callable[[], T]) -> T:
    # Each document store fails with errors of its own driver, and none of them may take the
    # orders off the page.
    try:
        return read()
    except Exception as error:
        documents_store.tell(error, "feedback for staff")
        return unreachable()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _placed(rows: Any, name: str, first: date, last: date) -> Any:
    """The rows whose time `name` lies in the days from `first` to `last`."""
    return rows.filter(
        **{f"{name}__gte": _midnight(first), f"{name}__lt": _midnight(last + timedelta(days=1))}
    )


def _day_number(days: list[date], name: str) -> Case:
    """Which of `days` the time `name` falls on, as its number; the newest is asked first."""
    whens = [When(**{f"{name}__gte": _midnight(day)}, then=Value(number)) for number, day in enumerate(days)]
    return Case(*reversed(whens), default=Value(-1), output_field=IntegerField())
