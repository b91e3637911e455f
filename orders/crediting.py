"""What a credit note takes off an invoice, and the VAT in it. Pure, like the calculation of the price.

The whole is done for each VAT rate: what is credited at a rate never exceeds what the invoice has
at it, net and tax alike, and whoever credits the rest gets exactly the rest. Amounts are whole
numbers of the currency's smallest unit inside, so nothing is lost on the way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ecommerce.lib.money import ZERO, from_minor, to_minor
from orders.tax import TaxShare

GOODS, DELIVERY, REDUCTION = "goods", "delivery", "reduction"
_BLANK = "Price reduction"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A thing that is credited: its `worth`, VAT included, and the `tax` in that.

    `key` is an order line's id, 0 for what is no line.
    """

    kind: str
    name: str
    rate: Decimal
    worth: Decimal
    tax: Decimal
    key: int = 0
    pieces: int = 1

    @property
    def net(self) -> Decimal:
        return self.worth - self.tax


@dataclass(frozen=True, kw_only=True)
class Credit:
    """What a credit note says: its parts, and for each rate the net amount and the tax."""

    parts: tuple[Part, ...]
    taxes: tuple[TaxShare, ...]

    @property
    def total(self) -> Decimal:
        return sum((share.net + share.tax for share in self.taxes), ZERO)

    @property
    def tax_total(self) -> Decimal:
        return sum((share.tax for share in self.taxes), ZERO)


@dataclass(kw_only=True)
class _Left:
    """What of an invoice is not credited yet at a rate, in the smallest unit."""

    gross: int
    tax: int

    def take(self, gross: int, wanted: int | None) -> int:
        """Take `gross` off; return the tax in it: as `wanted` as the rest allows, or its proportion."""
        if wanted is None:
            wanted = _rounded(self.tax * gross, self.gross)
        # The net rest and the tax rest both stay within what is left.
        tax = min(max(wanted, gross - (self.gross - self.tax), 0), self.tax, gross)
        self.gross, self.tax = self.gross - gross, self.tax - tax
        return tax


def credit(
    *,
    invoiced: Iterable[TaxShare],
    credited: Iterable[TaxShare] = (),
    amount: Decimal,
    parts: Sequence[Part] = (),
    currency: str,
) -> Credit:
    """Credit `amount` of an invoice whose VAT table is `invoiced`, for `parts` of it or for nothing named.

    `credited` are the VAT tables of the credit notes before. Parts that are together worth more or
    less than `amount` get their proportion of it; an amount without parts, and what the rate of a
    part has no room for, is shared over the rates in proportion to what is left at each. Never
    more than all that is left is credited.
    """
    left = _left(invoiced, credited, currency)
    wanted = min(to_minor(amount, currency), sum(one.gross for one in left.values()))
    shares = _shares(wanted, [to_minor(part.worth, currency) for part in parts])
    done, given = [], 0
    for part, share in zip(parts, shares, strict=True):
        rest = left.get(part.rate)
        share = min(share, rest.gross) if rest else 0
        if rest and share:
            is_whole = share == to_minor(part.worth, currency)
            tax = rest.take(share, to_minor(part.tax, currency) if is_whole else None)
            done.append(_part(part if is_whole else _shortened(part), share, tax, currency))
            given += share
    done += _reductions(left, wanted - given, currency)
    return Credit(parts=tuple(done), taxes=_table(done))


def taxes_left(
    *, invoiced: Iterable[TaxShare], credited: Iterable[TaxShare], currency: str
) -> list[TaxShare]:
    """What of an invoice is not credited yet, for each rate at which something is left."""
    rows = _left(invoiced, credited, currency).items()
    return [
        TaxShare(rate=rate, net=from_minor(row.gross - row.tax, currency), tax=from_minor(row.tax, currency))
        for rate, row in rows
        if row.gross
    ]


def _left(invoiced: Iterable[TaxShare], credited: Iterable[TaxShare], currency: str) -> dict[Decimal, _Left]:
    """Nothing is left of a rate of which more was credited than a corrected invoice still has."""
    rows: dict[Decimal, _Left] = {}
    for share in invoiced:
        row = rows.setdefault(share.rate, _Left(gross=0, tax=0))
        row.gross += to_minor(share.net + share.tax, currency)
        row.tax += to_minor(share.tax, currency)
    for share in credited:
        if old := rows.get(share.rate):
            old.gross = max(old.gross - to_minor(share.net + share.tax, currency), 0)
            old.tax = min(max(old.tax - to_minor(share.tax, currency), 0), old.gross)
    return rows


def _reductions(left: Mapping[Decimal, _Left], amount: int, currency: str) -> list[Part]:
    rates = sorted(left, reverse=True)
    shares = _shares(amount, [left[rate].gross for rate in rates])
    blank = Part(kind=REDUCTION, name=_BLANK, rate=ZERO, worth=ZERO, tax=ZERO)
    return [
        _part(replace(blank, rate=rate), share, left[rate].take(share, None), currency)
        for rate, share in zip(rates, shares, strict=True)
        if share
    ]


def _part(part: Part, gross: int, tax: int, currency: str) -> Part:
    return replace(part, worth=from_minor(gross, currency), tax=from_minor(tax, currency))


def _shortened(part: Part) -> Part:
    """A part of which not all goes back is no longer so many pieces at a price."""
    name = f"{part.pieces} × {part.name}" if part.kind == GOODS else part.name
    return replace(part, kind=REDUCTION, name=f"{name}: part of the price")


def _table(parts: Iterable[Part]) -> tuple[TaxShare, ...]:
    found: dict[Decimal, TaxShare] = {}
    for part in parts:
        share = found.get(part.rate, TaxShare(rate=part.rate, net=ZERO, tax=ZERO))
        found[part.rate] = replace(share, net=share.net + part.net, tax=share.tax + part.tax)
    return tuple(found[rate] for rate in sorted(found, reverse=True))


def _shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Share `amount` out by `weights`: the sum is exact, and no share exceeds its weight while the sum
    of the weights is not exceeded."""
    whole, upto, done, found = sum(weights), 0, 0, []
    for weight in weights:
        upto += weight
        share = min(amount, whole) * upto // whole - done if whole else 0
        found.append(share)
        done += share
    return found


def _rounded(amount: int, parts: int) -> int:
    return (2 * amount + parts) // (2 * parts) if parts else 0
