"""Tax: which rate, how much of an amount it is, and when a business owes it itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecommerce.lib.money import ZERO, round_money

Rates = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Taxes:
    """The rates (in per cent) of one place on one day, by tax class.

    `included`: the shop's prices have tax in them. With `reverse_charge` there is no tax: the
    buyer, a business in another member state, owes it (Directive 2006/112/EC, articles 138 and
    196). Prices that have tax in them then lose that of `home_rates`, the shop's own country.
    `vat_number` is the buyer's, with or without reverse charge; `place` the country's name.
    """

    rates: Rates = field(default_factory=dict)
    included: bool = True
    home_rates: Rates = field(default_factory=dict)
    reverse_charge: bool = False
    vat_number: str = ""
    place: str = ""

    def rate(self, tax_class: str) -> Decimal:
        """The rate of a class; the standard rate for a class that has none of its own."""
        return ZERO if self.reverse_charge else rate_of(tax_class, self.rates)

    @property
    def in_prices(self) -> bool:
        """Whether the prices of the calculation have tax in them."""
        return self.included and not self.reverse_charge

    def price(self, amount: Decimal, tax_class: str, currency: str) -> Decimal:
        """What a price of the shop is in the calculation.

        Only under reverse charge another one: without the shop's own tax, rounded half up to
        the currency's smallest unit, once, for one piece.
        """
        if not self.reverse_charge or not self.included:
            return amount
        rate = rate_of(tax_class, self.home_rates)
        return round_money(amount - tax_of(amount, rate, included=True, currency=currency), currency)


@dataclass(frozen=True, kw_only=True)
class TaxShare:
    """How much of a total is taxed at a rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal


def rate_of(tax_class: str, rates: Rates) -> Decimal:
    """The rate of a class among `rates`; the standard rate for one that has none of its own."""
    if tax_class == "zero":
        return ZERO
    return rates.get(tax_class, rates.get("standard", ZERO))


def tax_of(amount: Decimal, rate: Decimal, *, included: bool, currency: str) -> Decimal:
    """The tax in `amount` (`included`) or on top of it, rounded half up to the smallest unit."""
    base = 100 + rate if included else Decimal(100)
    return round_money(amount * rate / base, currency)
