"""Shares of a line, and the calendar of returns: pure."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from orders.deadlines import return_deadline
from orders.refunding import line_share


def shares(total, quantity, cuts, currency="EUR"):
    before, found = 0, []
    for pieces in cuts:
        share = line_share(
            total=Decimal(total), quantity=quantity, before=before, pieces=pieces, currency=currency
        )
        found.append(str(share))
        before += pieces
    return found


def test_three_for_ten():
    assert shares("10.00", 3, [1, 1, 1]) == ["3.33", "3.34", "3.33"]
    assert shares("10.00", 3, [2, 1]) == ["6.67", "3.33"]
    assert shares("8.99", 3, [1, 1, 1]) == ["3.00", "2.99", "3.00"]


def test_currencies_without_and_with_three_decimals():
    assert shares("100", 3, [1, 1, 1], "JPY") == ["33", "34", "33"]
    assert shares("1.000", 3, [1, 1, 1], "KWD") == ["0.333", "0.334", "0.333"]


@given(
    total=st.decimals(0, 9999, places=2),
    cuts=st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any),
)
def test_all_pieces_are_worth_the_line_however_it_is_cut(total, cuts):
    found = [Decimal(share) for share in shares(total, sum(cuts), cuts)]
    assert sum(found) == total and min(found) >= 0


@pytest.mark.parametrize(("before", "pieces"), [(0, 4), (2, 2), (-1, 1), (0, -1)])
def test_more_than_the_line_has_is_refused(before, pieces):
    with pytest.raises(ValueError):
        line_share(total=Decimal(1), quantity=3, before=before, pieces=pieces, currency="EUR")


def until(day, *, days=14, country="", **more):
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    last = return_deadline(delivered_at=at, shipped_at=None, days=days, country=country)
    local = timezone.localtime(last)
    assert f"{local:%H:%M:%S}" == "23:59:59"
    return f"{local:%Y-%m-%d}"


def test_fourteen_days_after_the_day_of_receipt_whatever_the_shop_says():
    assert until("2026-11-02") == until("2026-11-02", days=3) == "2026-11-16"
    assert until("2026-11-02", days=30) == "2026-12-02"


def test_a_weekend_or_a_holiday_moves_the_last_day():
    assert until("2026-11-07") == "2026-11-23", "the 21st is a Saturday"
    assert until("2026-12-11", country="DE") == "2026-12-28", "Christmas, then a weekend"
    assert until("2026-12-11", country="ZZ") == "2026-12-25", "a country nobody has a calendar for"


def test_it_begins_with_the_delivery_or_a_long_transit_and_not_before_all_has_left():
    sent = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert return_deadline(delivered_at=None, shipped_at=None, days=30) is None
    last = return_deadline(delivered_at=None, shipped_at=sent, days=30)
    assert last is not None and last.date().isoformat() == "2026-12-16"
