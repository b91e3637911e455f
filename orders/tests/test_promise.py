"""The day a parcel arrives: cut-off, handling, weekends, holidays here and there."""

from datetime import date, datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from ecommerce.lib.workdays import add_working_days, parse_days, public_holidays, validate_region
from orders.shipping import Offer, days_in_words, promise

BERLIN = ZoneInfo("Europe/Berlin")


def shop(closed="", region="DE-BE"):
    return SimpleNamespace(order_cutoff=time(15), holiday_region=region, closed_days=closed)


def arrives(when, *, low=1, high=2, handling=0, kind="parcel", country="DE", extra=0, settings=None):
    """`when` is local time in Berlin: "2026-11-20 14:59"."""
    offer = Offer(code="x", name="X", price=0, kind=kind, days_min=low, days_max=high, handling_days=handling)
    return promise(
        method=offer,
        placed_at=datetime.fromisoformat(when).replace(tzinfo=BERLIN),
        settings=settings or shop(),
        country=country,
        extra_days=extra,
    )


def days(found):
    return found.earliest.isoformat(), found.latest.isoformat()


@pytest.mark.parametrize(
    ("when", "expected", "cutoff"),
    [
        ("2026-11-18 14:59", ("2026-11-19", "2026-11-20"), "2026-11-18"),
        ("2026-11-18 15:00", ("2026-11-20", "2026-11-23"), "2026-11-19"),
        ("2026-11-20 14:59", ("2026-11-23", "2026-11-24"), "2026-11-20"),
        ("2026-11-20 15:00", ("2026-11-24", "2026-11-25"), "2026-11-23"),
        ("2026-11-22 09:00", ("2026-11-24", "2026-11-25"), "2026-11-23"),
    ],
    ids=["before the cut-off", "at the cut-off", "Friday before", "Friday after", "Sunday"],
)
def test_it_leaves_the_same_working_day_when_ordered_before_the_cut_off(when, expected, cutoff):
    found = arrives(when)
    assert days(found) == expected
    assert found.cutoff == datetime.fromisoformat(f"{cutoff} 15:00").replace(tzinfo=BERLIN)


def test_the_day_before_christmas():
    """Thursday 24 December 2026 is worked; Friday and Saturday are holidays."""
    assert days(arrives("2026-12-24 10:00")) == ("2026-12-28", "2026-12-29")
    assert days(arrives("2026-12-24 16:00")) == ("2026-12-29", "2026-12-30")
    assert arrives("2026-12-24 16:00").cutoff.date() == date(2026, 12, 28)


def test_the_first_of_may_is_no_day_to_leave_or_arrive():
    assert days(arrives("2026-04-30 16:00")) == ("2026-05-05", "2026-05-06")
    assert days(arrives("2026-04-30 10:00")) == ("2026-05-04", "2026-05-05")


def test_a_holiday_of_the_shops_region_keeps_it_here_but_does_not_stop_the_carrier():
    """8 March is a holiday in Berlin alone; in 2027 it is a Monday."""
    assert days(arrives("2027-03-08 10:00")) == ("2027-03-10", "2027-03-11")
    assert days(arrives("2027-03-05 10:00")) == ("2027-03-08", "2027-03-09")
    assert days(arrives("2027-03-08 10:00", settings=shop(region="DE"))) == ("2027-03-09", "2027-03-10")


def test_a_holiday_where_it_goes_is_no_day_to_arrive():
    """26 October is Austria's national day, and an ordinary Monday in Germany."""
    assert days(arrives("2026-10-23 10:00", country="AT")) == ("2026-10-27", "2026-10-28")
    assert days(arrives("2026-10-23 10:00", country="DE")) == ("2026-10-26", "2026-10-27")


def test_over_the_turn_of_the_year():
    assert days(arrives("2026-12-31 10:00")) == ("2027-01-04", "2027-01-05")


def test_days_on_which_the_shop_is_closed():
    closed = "2026-11-23\n2026-11-25 to 2026-11-27"
    found = arrives("2026-11-20 16:00", settings=shop(closed))
    assert days(found) == ("2026-11-25", "2026-11-26")
    assert found.cutoff.date() == date(2026, 11, 24)
    found = arrives("2026-11-24 16:00", settings=shop(closed))
    assert days(found) == ("2026-12-01", "2026-12-02")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-28 23:30", ("2026-03-31", "2026-04-01")),  # the night an hour is left out
        ("2026-10-24 23:30", ("2026-10-27", "2026-10-28")),  # the night it comes twice
    ],
)
def test_nights_in_which_the_clock_changes(when, expected):
    found = arrives(when)
    assert days(found) == expected
    assert found.cutoff.hour == 15


def test_the_cut_off_is_in_the_shops_time_zone():
    placed = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("UTC"))  # 15:30 in Berlin
    found = promise(method=Offer(code="x", name="X", price=0), placed_at=placed, settings=shop())
    assert days(found) == ("2026-11-20", "2026-11-23")


def test_a_leap_day_is_a_working_day():
    assert days(arrives("2028-02-28 10:00")) == ("2028-02-29", "2028-03-01")


def test_handling_and_extra_days_are_the_shops_working_days():
    assert days(arrives("2026-11-18 10:00", handling=2)) == ("2026-11-23", "2026-11-24")
    assert days(arrives("2026-11-18 10:00", handling=1, extra=5)) == ("2026-11-27", "2026-11-30")
    assert days(arrives("2027-03-05 10:00", handling=1)) == ("2027-03-10", "2027-03-11")


def test_what_is_collected_is_ready_after_handling_and_does_not_travel():
    assert days(arrives("2026-11-20 10:00", kind="collect", handling=1)) == ("2026-11-23", "2026-11-23")
    assert days(arrives("2026-11-20 10:00", kind="collect", country="AT")) == ("2026-11-20", "2026-11-20")
    assert days(arrives("2026-11-20 15:30", kind="collect")) == ("2026-11-23", "2026-11-23")


def test_no_days_to_travel_still_arrives_on_a_day_carriers_work():
    assert days(arrives("2026-10-26 10:00", low=0, high=0, country="AT")) == ("2026-10-27", "2026-10-27")


def test_working_days_without_a_calendar_are_monday_to_friday():
    assert add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 25)
    assert add_working_days(date(2026, 11, 21), 1) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)


def test_holidays_are_worked_out_once_for_a_region_and_year():
    assert public_holidays("DE-BE", 2026) is public_holidays("DE-BE", 2026)
    assert date(2026, 3, 8) in public_holidays("DE-BE", 2026) - public_holidays("DE", 2026)
    assert public_holidays("ZZ", 2026) == public_holidays("", 2026) == frozenset()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24.12.2026", "not a date like 2026-12-24"),
        ("2026-02-30", "not a date like"),
        ("2026-12-31 to 2026-12-24", "ends before it begins"),
        ("2026-01-01 to 2028-01-01", "longer than a year"),
        ("2026-01-01 to 2026-01-02 to 2026-01-03", "one range a line"),
    ],
)
def test_closed_days_that_are_none_are_refused_in_words(text, words):
    with pytest.raises(ValidationError, match=words):
        parse_days(text)


def test_closed_days_are_dates_and_ranges():
    assert parse_days(" 2028-02-28 to 2028-03-01 \n\n2026-12-24") == frozenset(
        {date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2026, 12, 24)}
    )
    assert parse_days("") == frozenset()


def test_regions_without_known_holidays_are_refused_in_words():
    for region in ("DE", "DE-BE", "AT", "AT-9", "GB-SCT"):
        validate_region(region)
    for region, words in (("Berlin", "country such as DE"), ("ZZ", "No holidays"), ("DE-XX", "DE-BE")):
        with pytest.raises(ValidationError, match=words):
            validate_region(region)


def test_days_in_words():
    day = date(2026, 11, 24)
    assert days_in_words(day, day) == "Tuesday 24 November"
    assert days_in_words(day, date(2026, 11, 25)) == "Tuesday 24 to Wednesday 25 November"
    assert days_in_words(date(2026, 11, 30), date(2026, 12, 1)) == "Monday 30 November to Tuesday 1 December"


def test_the_days_worked_out_in_the_documentation():
    assert days(arrives("2026-12-23 14:00")) == ("2026-12-24", "2026-12-28")
    assert days(arrives("2026-12-24 16:00")) == ("2026-12-29", "2026-12-30")
    assert days(arrives("2026-10-23 10:00", country="AT")) == ("2026-10-27", "2026-10-28")
