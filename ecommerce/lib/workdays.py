"""Working days: Monday to Friday without public holidays and without days named by hand.

Public holidays come from the `holidays` package and are kept in the process for each region and
year, so asking costs no query. A region is a country ("AT") or a part of one ("DE-BE").
"""

import re
from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.core.exceptions import ValidationError

NONE: frozenset[date] = frozenset()
_LONGEST_BREAK = 366
_RANGE = re.compile(r"\s*(?:\bto\b|\.\.|–|/)\s*")


@lru_cache(maxsize=512)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region in a year; none for a region nobody has listed."""
    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        return NONE


def is_working_day(day: date, *, region: str = "", closed: frozenset[date] = NONE) -> bool:
    """Whether a day is worked on; without `region` every Monday to Friday is."""
    if day.weekday() >= 5 or day in closed:
        return False
    return not region or day not in public_holidays(region, day.year)


def add_working_days(start: date, days: int, *, region: str = "", closed: frozenset[date] = NONE) -> date:
    """The date `days` working days after `start`; 0 is `start` or the next working day."""
    current = start
    while days > 0 or not is_working_day(current, region=region, closed=closed):
        current += timedelta(days=1)
        if is_working_day(current, region=region, closed=closed):
            days -= 1
    return current


@lru_cache(maxsize=32)
def parse_days(text: str) -> frozenset[date]:
    """The days that `text` names, a date or a range a line: "2026-12-24 to 2026-12-31".

    Raises ValidationError in words for anything else.
    """
    found: set[date] = set()
    for line in filter(None, (part.strip() for part in re.split(r"[\n,;]", text))):
        ends = _RANGE.split(line)
        if len(ends) > 2:
            raise ValidationError(f"Write one date or one range a line; “{line}” has more.")
        first, last = _day(ends[0], line), _day(ends[-1], line)
        if last < first:
            raise ValidationError(f"“{line}” ends before it begins.")
        if (last - first).days >= _LONGEST_BREAK:
            raise ValidationError(f"“{line}” is longer than a year.")
        found.update(first + timedelta(days=count) for count in range((last - first).days + 1))
    return frozenset(found)


def validate_days(text: str) -> None:
    """The field validator for `parse_days`."""
    parse_days(text)


def validate_region(value: str) -> None:
    """Accept a region whose holidays are known; raise ValidationError that says what is expected."""
    known = holidays.list_supported_countries()
    country, dash, part = value.partition("-")
    if len(country) != 2 or country not in known:
        raise ValidationError(
            f"No holidays are known for “{value}”. Write a country such as DE, or a part of it such as DE-BE."
        )
    parts = [name for name in known[country] if len(name) <= 3]
    if dash and part not in parts:
        names = ", ".join(f"{country}-{name}" for name in parts) or f"only {country} itself"
        raise ValidationError(f"“{value}” is no part of {country} with holidays of its own: {names}.")


def _day(text: str, line: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(
            f"“{line}” is not a date like 2026-12-24 or a range like 2026-12-24 to 2026-12-31."
        ) from None
