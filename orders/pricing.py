"""The one calculation of what a cart costs. Pure: no database, no clock, no settings.

Order of steps, each shown in the trace and explained in docs/pricing.md:

1. a line is unit price times quantity;
2. discounts, by priority, come off the lines they apply to (`orders.discounts`);
3. delivery costs its price, or nothing from the method's free limit on, measured on the goods
   after discounts; a free-delivery discount then takes it off;
4. tax is worked out for each line after its discount and for delivery, and rounded there, half
   up, to the currency's smallest unit. Nothing is rounded again: totals are sums.

lines + delivery + tax that is not yet in the prices - discounts = total, always, to the cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Self

from ecommerce.lib.money import ZERO, round_money
from orders.discounts import Applied, Rule, apply_best
from orders.tax import Taxes, TaxShare, tax_of


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something in the cart. `key` tells it apart; `category_ids` has its category's whole line."""

    key: int
    product_id: int
    category_ids: frozenset[int]
    name: str
    unit_price: Decimal
    quantity: int
    tax_class: str
    weight_grams: int = 0
    store_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a delivery method costs; `free_from` is the worth of goods from which it is free."""

    code: str
    name: str
    price: Decimal
    free_from: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """One line's money. `total` is what the shopper pays for it, tax and discount included."""

    key: int
    name: str
    unit_price: Decimal
    quantity: int
    subtotal: Decimal
    discount: Decimal
    tax_rate: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class LineDiscount:
    """What one discount took off one line."""

    name: str
    code: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Step:
    """One sentence of "why this price?".

    The amounts of the steps that count add up to the total; the others only inform, such as
    the tax that is in the prices already.
    """

    text: str
    amount: Decimal
    counts: bool = True

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        # Quotes stored before `counts` existed: of theirs, the tax in the prices did not count.
        counts = data.get("counts", not data["text"].endswith(", included"))
        return cls(text=data["text"], amount=Decimal(data["amount"]), counts=counts)


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What everything costs, and why."""

    currency: str
    prices_include_tax: bool
    lines: list[QuotedLine]
    subtotal: Decimal
    shipping_code: str
    shipping_name: str
    shipping: Decimal
    discounts: list[Applied]
    discount_total: Decimal
    taxes: list[TaxShare]
    tax_total: Decimal
    total: Decimal
    trace: list[Step] = field(default_factory=list)

    @property
    def tax_added(self) -> Decimal:
        """The part of the tax that comes on top of the prices."""
        return ZERO if self.prices_include_tax else self.tax_total

    def discounts_of_line(self, key: int) -> list[LineDiscount]:
        """What came off the line of this key, by which discount; together the line's `discount`."""
        return [
            LineDiscount(name=found.name, code=found.code, amount=found.lines[key])
            for found in self.discounts
            if key in found.lines
        ]

    def to_json(self) -> dict[str, Any]:
        """The quote as an order stores it; amounts are strings such as "64.00"."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        amounts = ("subtotal", "shipping", "discount_total", "tax_total", "total")
        return cls(
            currency=data["currency"],
            prices_include_tax=data["prices_include_tax"],
            lines=[QuotedLine(**_decimals(line, skip=("key", "name", "quantity"))) for line in data["lines"]],
            shipping_code=data["shipping_code"],
            shipping_name=data["shipping_name"],
            discounts=[Applied.from_json(row) for row in data["discounts"]],
            taxes=[TaxShare(**_decimals(row)) for row in data["taxes"]],
            trace=[Step.from_json(row) for row in data.get("trace", [])],
            **{name: Decimal(data[name]) for name in amounts},
        )


def quote(
    *,
    items: Iterable[Item],
    delivery: Delivery | None,
    rules: Iterable[Rule] = (),
    taxes: Taxes,
    currency: str,
) -> Quote:
    """Work out what `items` cost with `delivery` (None while none is chosen).

    Amounts are Decimals in major units of `currency`. Discounts whose conditions are not met
    are left out. The result never has a negative line, delivery or total.
    """
    items = list(items)
    subtotals = {item.key: round_money(item.unit_price * item.quantity, currency) for item in items}
    trace = [
        Step(text=f"{item.quantity} × {item.name} at {item.unit_price:.2f}", amount=subtotals[item.key])
        for item in items
    ]
    applied, off = apply_best(
        items=items,
        subtotals=subtotals,
        rules=list(rules),
        delivery_price=lambda goods: delivery_price(delivery, goods, currency),
        currency=currency,
    )
    goods = sum(subtotals.values(), ZERO) - sum(off.values(), ZERO)
    shipping = delivery_price(delivery, goods, currency)
    trace += _delivery_steps(delivery, shipping, goods)
    applied = [found.with_shipping(shipping) for found in applied]
    shipping_off = min(shipping, sum((found.shipping for found in applied), ZERO))
    trace += _discount_steps(applied, {item.key: item.name for item in items})

    lines = [_line(item, subtotals[item.key], off[item.key], taxes, currency) for item in items]
    shares = _shares(lines, shipping - shipping_off, taxes, currency)
    tax_total = sum((share.tax for share in shares), ZERO)
    added = ZERO if taxes.included else tax_total
    how = "included" if taxes.included else "added"
    trace += [
        Step(
            text=f"{share.rate.normalize():f} % tax on {share.net:.2f}, {how}",
            amount=share.tax,
            counts=not taxes.included,
        )
        for share in shares
    ]
    discount_total = sum(off.values(), ZERO) + shipping_off
    subtotal = sum(subtotals.values(), ZERO)
    return Quote(
        currency=currency,
        prices_include_tax=taxes.included,
        lines=lines,
        subtotal=subtotal,
        shipping_code=delivery.code if delivery else "",
        shipping_name=delivery.name if delivery else "",
        shipping=shipping,
        discounts=[found for found in applied if found.amount],
        discount_total=discount_total,
        taxes=shares,
        tax_total=tax_total,
        total=subtotal + shipping + added - discount_total,
        trace=trace,
    )


def delivery_price(delivery: Delivery | None, goods: Decimal, currency: str) -> Decimal:
    """What delivery costs when the goods, after discounts, cost `goods`."""
    if delivery is None:
        return round_money(ZERO, currency)
    free = delivery.free_from is not None and goods >= delivery.free_from
    return round_money(ZERO if free else delivery.price, currency)


def _delivery_steps(delivery: Delivery | None, shipping: Decimal, goods: Decimal) -> list[Step]:
    if delivery is None:
        return []
    if delivery.price and not shipping and delivery.free_from is not None:
        text = f"{delivery.name}: free from {delivery.free_from:.2f}, the goods are {goods:.2f}"
    else:
        text = delivery.name
    return [Step(text=text, amount=shipping)]


def _discount_steps(applied: Iterable[Applied], names: Mapping[int, str]) -> list[Step]:
    """Which discount took what off which line, and off delivery."""
    found = []
    for discount in applied:
        parts = [(names[key], amount) for key, amount in discount.lines.items()]
        parts.append(("delivery", discount.shipping))
        found += [
            Step(text=f"{discount.name}: {amount} off {what}", amount=-amount)
            for what, amount in parts
            if amount
        ]
    return found


def _line(item: Item, subtotal: Decimal, off: Decimal, taxes: Taxes, currency: str) -> QuotedLine:
    rate = taxes.rate(item.tax_class)
    tax = tax_of(subtotal - off, rate, included=taxes.included, currency=currency)
    return QuotedLine(
        key=item.key,
        name=item.name,
        unit_price=item.unit_price,
        quantity=item.quantity,
        subtotal=subtotal,
        discount=off,
        tax_rate=rate,
        tax=tax,
        total=subtotal - off + (ZERO if taxes.included else tax),
    )


def _shares(lines: list[QuotedLine], shipping: Decimal, taxes: Taxes, currency: str) -> list[TaxShare]:
    """The tax table: for each rate the net worth and the tax, goods and delivery together."""
    parts = [(line.tax_rate, line.subtotal - line.discount, line.tax) for line in lines]
    if shipping:
        rate = taxes.rate("standard")
        parts.append((rate, shipping, tax_of(shipping, rate, included=taxes.included, currency=currency)))
    found: dict[Decimal, TaxShare] = {}
    for rate, amount, tax in parts:
        net = amount - tax if taxes.included else amount
        share = found.get(rate, TaxShare(rate=rate, net=ZERO, tax=ZERO))
        found[rate] = TaxShare(rate=rate, net=share.net + net, tax=share.tax + tax)
    return [found[rate] for rate in sorted(found, reverse=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _decimals(row: Mapping[str, Any], skip: tuple[str, ...] = ()) -> dict[str, Any]:
    return {key: value if key in skip else Decimal(value) for key, value in row.items()}
