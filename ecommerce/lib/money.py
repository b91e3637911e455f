"""Amounts of money: Decimal, in major units of the shop's one currency.

The number of decimals comes from the currency (ISO 4217: EUR 2, JPY 0, KWD 3). Rounding is
half up, and happens in `orders.pricing` alone; elsewhere amounts are only added.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_currency, get_currency_precision
from django.conf import settings
from django.db import models

ZERO = Decimal(0)


class MoneyField(models.DecimalField):
    """An amount with room for the three decimals that some currencies have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(*args, **kwargs)


@lru_cache(maxsize=16)
def smallest_unit(currency: str) -> Decimal:
    """Return the smallest amount of `currency`: `Decimal("0.01")` for EUR."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def round_money(amount: Decimal, currency: str = "") -> Decimal:
    """Round `amount` half up to the decimals of `currency` (the shop's by default)."""
    return amount.quantize(smallest_unit(currency or settings.SHOP_CURRENCY), ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str) -> int:
    """Return `amount` in minor units: 64.00 EUR is 6400, 64 JPY is 64."""
    return int(round_money(amount, currency) / smallest_unit(currency))


def from_minor(amount: int, currency: str) -> Decimal:
    """Return `amount` minor units as a Decimal in major units."""
    return amount * smallest_unit(currency)


def format_money(amount: Decimal, currency: str = "") -> str:
    """Return `amount` as shoppers read it: `€64.00`."""
    return format_currency(amount, currency or settings.SHOP_CURRENCY, locale=settings.SHOP_LOCALE)
