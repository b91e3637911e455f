"""What an electronic invoice needs to know of an order's money and does not find in it. Pure.

Such an invoice is net: every line, and delivery, without tax. They are worked out of the same
roundings as the tax table of the paper, so that both agree to the cent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ecommerce.lib.money import ZERO
from orders.tax import tax_of


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a total that is taxed at `rate` per cent."""

    rate: Decimal
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def net_discount(
    *, subtotal: Decimal, discount: Decimal, rate: Decimal, included: bool, currency: str
) -> Decimal:
    """What a line's discount takes off its net worth; never negative.

    `included`: `subtotal` and `discount` have the tax in them.
    """
    if not included:
        return discount
    before = subtotal - tax_of(subtotal, rate, included=True, currency=currency)
    left = subtotal - discount
    return before - (left - tax_of(left, rate, included=True, currency=currency))


def delivery_share(lines: Iterable[Share], table: Iterable[Share]) -> Share | None:
    """What of the tax table the lines do not explain: delivery, which has one rate.

    None when they explain all of it. Raises ValueError when the rest is not one rate's.
    """
    rest: dict[Decimal, list[Decimal]] = {}
    for share, sign in [*((row, 1) for row in table), *((row, -1) for row in lines)]:
        found = rest.setdefault(share.rate, [ZERO, ZERO])
        found[0] += sign * share.net
        found[1] += sign * share.tax
    left = [Share(rate=rate, net=net, tax=tax) for rate, (net, tax) in rest.items() if net or tax]
    if not left:
        return None
    if len(left) > 1 or left[0].net < 0 or left[0].tax < 0:
        raise ValueError("The lines do not agree with the tax table.")
    return left[0]
