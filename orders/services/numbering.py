"""Numbers of invoices and credit notes: without gaps for each seller, and never the same twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db.models import F, Q
from django.utils import timezone

from catalog.models import Store
from orders.models import InvoiceCounter

Kind = InvoiceCounter.Kind


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number that was given out: the `sequence`-th of its `series`."""

    series: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.series}-{self.sequence:05d}"


def next_number(*, store: Store | None, kind: str, now: datetime) -> Number:
    """Take the next number of a seller's papers of a `kind` in the year of `now`.

    Call it in the transaction that writes the paper: the counter's row is locked until it ends, so
    the next one waits, and a rollback gives the number back. (Consecutive numbers in one or more
    series, which identify the paper, are asked for by VAT Directive 2006/112/EC, article 226 (2).)
    """
    year = f"{timezone.localtime(now):%Y}"
    for series in series_of(store, kind, year):
        counter, _ = InvoiceCounter.objects.get_or_create(
            series=series, defaults={"store": store, "kind": kind}
        )
        # A series that no store is known to have begun goes to the first that uses it.
        mine = InvoiceCounter.objects.filter(Q(store=store) | Q(store=None), pk=counter.pk, kind=kind)
        if mine.update(last=F("last") + 1, store=store):
            return Number(series=series, sequence=mine.values_list("last", flat=True).get())
    raise AssertionError("series never end")


def series_of(store: Store | None, kind: str, year: str) -> Iterator[str]:
    """The series to try, the seller's own prefix first; one that another began is passed over."""
    letter = "C" if kind == Kind.CREDIT_NOTE else ""
    prefix = store.invoice_prefix if store else ""
    yield f"{prefix}{letter}{year}"
    own = store.pk if store else 0
    yield f"S{own}-{letter}{year}"
    for more in count(2):
        yield f"S{own}-{letter}{year}-{more}"


def skip_numbers(*, count: int, now: datetime) -> int:
    """Leave `count` numbers out in each series of this year; returns how many series there are.

    For a shop that was restored: papers that went out after the backup bear these numbers, and a number
    must never stand on two papers. The gap shows in the reconciliation list, where staff explain it.
    """
    year = f"{timezone.localtime(now):%Y}"
    return InvoiceCounter.objects.filter(series__contains=year).update(last=F("last") + count)
