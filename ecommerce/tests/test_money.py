"""Money: decimals by currency, half up, minor units and back."""

from decimal import Decimal

import pytest

from ecommerce.lib.money import format_money, from_minor, round_money, smallest_unit, to_minor


@pytest.mark.parametrize(("currency", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_the_smallest_unit_comes_from_the_currency(currency, unit):
    assert smallest_unit(currency) == Decimal(unit)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("1.004999", "EUR", "1.00"),
        ("2.675", "EUR", "2.68"),
        ("-1.005", "EUR", "-1.01"),
        ("0.5", "JPY", "1"),
        ("1.5", "JPY", "2"),
        ("2.5", "JPY", "3"),  # half to even would say 2
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_rounding_is_half_up(amount, currency, rounded):
    assert round_money(Decimal(amount), currency) == Decimal(rounded)


def test_the_shops_currency_is_the_default(settings):
    settings.SHOP_CURRENCY = "JPY"
    assert round_money(Decimal("64.5")) == Decimal(65)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("64.00", "EUR", 6400), ("64", "JPY", 64), ("64.123", "KWD", 64123), ("0.01", "EUR", 1)],
)
def test_minor_units_there_and_back(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor
    assert from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("64", "EUR", "€64.00"),
        ("1234.5", "EUR", "€1,234.50"),
        ("64", "JPY", "JP¥64"),
        ("-3", "EUR", "-€3.00"),
    ],
)
def test_amounts_as_shoppers_read_them(amount, currency, text):
    assert format_money(Decimal(amount), currency) == text
