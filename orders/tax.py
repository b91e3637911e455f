"""Tax: which rate, and how much of an amount it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecommerce.lib.money import ZERO, round_money


@dataclass(frozen=True, kw_only=True)
class Taxes:
    """The rates (in per cent) of one country on one day, by tax class."""

    rates: Mapping[str, Decimal] = field(default_factory=dict)
    included: bool = True

    def rate(self, tax_class: str) -> Decimal:
        """The rate of a class; the standard rate for a class that has none of its own."""
        if tax_class == "zero":
            return ZERO
        return self.rates.get(tax_class, self.rates.get("standard", ZERO))


@dataclass(frozen=True, kw_only=True)
class TaxShare:
    """How much of a total is taxed at a rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal


def tax_of(amount: Decimal, rate: Decimal, *, included: bool, currency: str) -> Decimal:
    """The tax in `amount` (`included`) or on top of it, rounded half up to the smallest unit."""
    base = 100 + rate if included else Decimal(100)
    return round_money(amount * rate / base, currency)
