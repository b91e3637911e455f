"""Which rate holds where and when."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from orders.models import TaxRate, TaxRegion
from orders.services.quoting import taxes_for

pytestmark = pytest.mark.django_db


def rate(country, tax_class, percent, since="2021-01-01", until=None, region=""):
    return TaxRate.objects.create(
        country=country,
        tax_class=tax_class,
        rate=D(percent),
        valid_from=since,
        valid_until=until,
        region=region,
    )


@pytest.fixture
def spain():
    rate("ES", "standard", 21)
    rate("ES", "reduced", 10)
    TaxRegion.objects.create(
        code="ES-CN", country="ES", name="Canary Islands", postal_codes="35*, 38*", outside_eu_vat=True
    )
    rate("ES", "standard", 7, region="ES-CN")


@pytest.mark.parametrize(("code", "standard"), [("28001", 21), ("35 001", 7), ("38900", 7), ("", 21)])
def test_a_region_is_told_by_the_postal_code(spain, code, standard):
    assert taxes_for("ES", code).rate("standard") == standard


def test_a_region_replaces_the_country_class_by_class(spain):
    assert taxes_for("ES", "35001").rates == {"standard": D(7), "reduced": D(10)}


def test_rates_of_a_region_that_is_no_more_do_not_count(spain):
    TaxRegion.objects.all().delete()
    assert taxes_for("ES", "35001").rate("standard") == 21


def test_a_country_with_regions_takes_one_query_and_then_none(spain, django_assert_num_queries):
    taxes_for("DE")  # the shop's settings
    with django_assert_num_queries(1):
        taxes_for("ES", "35001")
        taxes_for("ES", "28001")
        taxes_for("ES")


def test_a_new_rate_begins_at_midnight_in_the_shops_time_zone():
    rate("DE", "standard", 16, until="2026-01-01")
    rate("DE", "standard", 19, since="2026-01-01")
    # Berlin is an hour ahead of UTC in winter: its new year begins at 23:00 UTC.
    assert str(timezone.get_default_timezone()) == "Europe/Berlin"
    before, after = datetime(2025, 12, 31, 22, 59, tzinfo=UTC), datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
    assert taxes_for("DE", day=before).rate("standard") == 16
    assert taxes_for("DE", day=after).rate("standard") == 19
    assert taxes_for("DE", day=datetime(2026, 1, 1, 0, 0, tzinfo=UTC)).rate("standard") == 19


def test_a_rate_in_summer_begins_two_hours_before_midnight_utc():
    rate("DE", "standard", 16, until="2026-07-01")
    rate("DE", "standard", 19, since="2026-07-01")
    assert taxes_for("DE", day=datetime(2026, 6, 30, 21, 59, tzinfo=UTC)).rate("standard") == 16
    assert taxes_for("DE", day=datetime(2026, 6, 30, 22, 0, tzinfo=UTC)).rate("standard") == 19


def test_between_two_rates_the_standard_one_counts():
    rate("DE", "standard", 19)
    rate("DE", "reduced", 5, until="2021-07-01")
    assert taxes_for("DE").rate("reduced") == 19


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": D(-1)},
        {"rate": D("100.5")},
        {"valid_until": date(2021, 1, 1)},
        {"valid_until": date(2020, 12, 31)},
    ],
)
def test_the_database_refuses_impossible_rates(wrong):
    values = {"country": "DE", "tax_class": "standard", "rate": D(19), "valid_from": date(2021, 1, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxRate.objects.create(**values | wrong)


def test_the_database_refuses_the_same_rate_twice_but_not_for_a_region():
    rate("ES", "standard", 21)
    rate("ES", "standard", 7, region="ES-CN")
    with pytest.raises(IntegrityError), transaction.atomic():
        rate("ES", "standard", 22)
