"""The calendar of returns: pure."""

from datetime import UTC, datetime

from django.utils import timezone

from orders.deadlines import return_deadline


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
