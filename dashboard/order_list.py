"""How staff find orders: search, filters and the line of dates. Made for 100,000 orders: no
join, no DISTINCT, no function of the database's time zone tables."""

import calendar
import re
from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Replace
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from dashboard import worklists
from orders.models import Order, OrderLine, Shipment
from orders.ways_to_pay import labels

MOST_PAGED = 5000
MOST_FOUND = 500
_PHONE = re.compile(r"^\+?[\d\s/()-]{4,}$")


def search_orders(rows: QuerySet, words: str) -> QuerySet:
    """The orders that `words` name: by number, email, name, SKU of a line, tracking number,
    or the last digits (four at least) of the phone number.

    The newest MOST_FOUND of them. They are looked for once; count and page then go by key.
    """
    words = words.strip()
    if not words:
        return rows
    found = (
        Q(number__istartswith=words)
        | Q(email__icontains=words)
        | Q(name__icontains=words)
        | Q(pk__in=OrderLine.objects.filter(sku__istartswith=words).values("order_id"))
        | Q(pk__in=Shipment.objects.filter(tracking_number__istartswith=words).values("order_id"))
    )
    if _PHONE.match(words):
        rows = rows.annotate(phone_digits=_digits(KT("shipping_address__phone")))
        found |= Q(phone_digits__endswith=re.sub(r"\D", "", words))
    newest = rows.filter(found).order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND]
    return rows.filter(pk__in=list(newest))


def _digits(phone: Any) -> Any:
    """The phone number without what people write between its digits."""
    for sign in " -/()":
        phone = Replace(phone, Value(sign), Value(""), output_field=TextField())
    return phone


class BoundedPaginator(Paginator):
    """Counts no further than MOST_PAGED: counting 100,000 wide rows takes longer than the page.

    Older orders are found by date, filter or search; the page says so (`is_bounded`).
    """

    @cached_property
    def count(self) -> int:
        return min(self._found, MOST_PAGED)

    @property
    def is_bounded(self) -> bool:
        return self._found > MOST_PAGED

    @cached_property
    def _found(self) -> int:
        rows = cast(QuerySet, self.object_list)
        return rows.order_by()[: MOST_PAGED + 1].count()


def named_exactly(words: str) -> Order | None:
    """The order whose number was typed in full."""
    return Order.objects.filter(number=words.strip().upper()).first() if words.strip() else None


class QueueFilter(admin.SimpleListFilter):
    """The work lists of the sidebar."""

    title = "work list"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return worklists.queues_for(request.user)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = worklists.queue(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class PaymentMethodFilter(admin.SimpleListFilter):
    """The payment methods the shop knows; asking the rows for theirs would read all of them."""

    title = "payment method"
    parameter_name = "method"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return tuple(labels().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(payment_method=self.value()) if self.value() else queryset


def date_links(params: dict[str, Any], link: Callable[[dict[str, Any]], str]) -> list[tuple[str, str]]:
    """(title, address) of the dates to choose from; the address is "" for the chosen one.

    `link` turns `{"placed_at__year": 2026, …}` into an address that keeps the other filters.
    Days, months and years are counted here; only the year of the first order is asked for.
    """

    def to(title: str, year: int | None = None, month: int | None = None, day: int | None = None) -> tuple:
        return title, link({f"{_DATE}__year": year, f"{_DATE}__month": month, f"{_DATE}__day": day})

    today = timezone.localdate()
    year, month, day = (_number(params, part) for part in ("year", "month", "day"))
    if not year:
        first = Order.objects.order_by("placed_at").values_list("placed_at", flat=True).first()
        oldest = timezone.localtime(first).year if first else today.year
        months = [to(f"{date(today.year, m, 1):%B}", today.year, m) for m in range(today.month, 0, -1)]
        years = [to(str(y), y) for y in range(today.year - 1, oldest - 1, -1)]
        return [to("Today", today.year, today.month, today.day), *months, *years]
    if not month or not 1 <= month <= 12:
        months = [to(f"{date(year, m, 1):%B}", year, m) for m in range(1, 13)]
        return [to("All dates"), (str(year), ""), *months]
    name = f"{date(year, month, 1):%B %Y}"
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    if day:
        return [to("All dates"), to(name, year, month), (f"{day} {name}", "")]
    return [to("All dates"), to(str(year), year), (name, ""), *(to(str(d), year, month, d) for d in days)]


_DATE = "placed_at"


def _number(params: dict[str, Any], part: str) -> int:
    """The chosen year, month or day, 0 for none or nonsense."""
    value = params.get(f"{_DATE}__{part}", "")
    value = value[-1] if isinstance(value, list) and value else value
    return int(value) if str(value).isdigit() and 0 < int(value) <= 9999 else 0
