"""When a parcel arrives: pure date arithmetic in the shop's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.utils import timezone


class Method(Protocol):
    days_min: int
    days_max: int


class Hours(Protocol):
    order_cutoff: time


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The days between which a parcel arrives, and the time by which to order for that."""

    earliest: date
    latest: date
    cutoff: datetime


def promise(*, method: Method, placed_at: datetime, settings: Hours, extra_days: int = 0) -> Promise:
    """Work out when an order of `placed_at` (aware) arrives.

    It leaves on the same working day when placed before the cut-off, otherwise on the next
    one, and then travels `days_min` to `days_max` working days. Working days are Monday to
    Friday in the shop's time zone. `extra_days` working days pass before it can leave at all,
    because something in it has yet to come.
    """
    local = timezone.localtime(placed_at)
    leaves = local.date()
    if not _is_working_day(leaves) or local.time() >= settings.order_cutoff:
        leaves = add_working_days(leaves, 1)
    cutoff = datetime.combine(leaves, settings.order_cutoff, tzinfo=local.tzinfo)
    return Promise(
        earliest=add_working_days(leaves, extra_days + method.days_min),
        latest=add_working_days(leaves, extra_days + method.days_max),
        cutoff=cutoff,
    )


def add_working_days(start: date, days: int) -> date:
    """The date `days` working days after `start`."""
    current = start
    while days > 0:
        current += timedelta(days=1)
        if _is_working_day(current):
            days -= 1
    return current


def _is_working_day(day: date) -> bool:
    return day.weekday() < 5
