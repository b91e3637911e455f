"""Discounts as pure rules: which apply, and what they take off which line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any, Self

from ecommerce.lib.money import ZERO, round_money, smallest_unit

if TYPE_CHECKING:
    from orders.pricing import Item


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A discount that may apply: its dates, uses and buyer are checked already, its goods are not.

    `percent` is 0-100, `cap` and `amount` are money. Empty `product_ids` and `category_ids`
    mean all goods, empty `store_ids` all stores. Higher `priority` goes first; an `exclusive`
    rule stands alone; one that is not `stackable` shares no line with another.
    """

    id: int
    name: str
    kind: str
    code: str = ""
    percent: Decimal = ZERO
    cap: Decimal | None = None
    amount: Decimal = ZERO
    buy_quantity: int = 0
    get_quantity: int = 0
    minimum_spend: Decimal = ZERO
    product_ids: frozenset[int] = field(default_factory=frozenset)
    category_ids: frozenset[int] = field(default_factory=frozenset)
    store_ids: frozenset[int] = field(default_factory=frozenset)
    priority: int = 0
    exclusive: bool = False
    stackable: bool = True

    def covers(self, item: "Item") -> bool:
        """Whether the rule is about this item."""
        if self.store_ids and item.store_id not in self.store_ids:
            return False
        if not self.product_ids and not self.category_ids:
            return True
        return item.product_id in self.product_ids or bool(self.category_ids & item.category_ids)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A rule that took something off: from the goods, or from delivery.

    `lines` says from which goods (item key -> amount); together they are `goods`. `kind`,
    `percent`, `cap` and `flat` are the rule's terms as they were. Quotes stored before these
    existed have them empty.
    """

    id: int
    name: str
    code: str
    goods: Decimal = ZERO
    shipping: Decimal = ZERO
    frees_shipping: bool = False
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    kind: str = ""
    percent: Decimal = ZERO
    cap: Decimal | None = None
    flat: Decimal = ZERO

    @classmethod
    def of(cls, rule: Rule, **took: Any) -> Self:
        return cls(
            id=rule.id,
            name=rule.name,
            code=rule.code,
            kind=rule.kind,
            percent=rule.percent,
            cap=rule.cap,
            flat=rule.amount if rule.kind == "amount" else ZERO,
            **took,
        )

    @property
    def amount(self) -> Decimal:
        return self.goods + self.shipping

    def with_shipping(self, price: Decimal) -> "Applied":
        """The same with the delivery it pays for, once its price is known."""
        return replace(self, shipping=price) if self.frees_shipping else self

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            id=data["id"],
            name=data["name"],
            code=data["code"],
            goods=Decimal(data["goods"]),
            shipping=Decimal(data["shipping"]),
            frees_shipping=data.get("frees_shipping", False),
            lines={int(key): Decimal(amount) for key, amount in data.get("lines", {}).items()},
            kind=data.get("kind", ""),
            percent=Decimal(data.get("percent", 0)),
            cap=None if data.get("cap") is None else Decimal(data["cap"]),
            flat=Decimal(data.get("flat", 0)),
        )


def apply_best(
    *,
    items: "list[Item]",
    subtotals: Mapping[int, Decimal],
    rules: list[Rule],
    delivery_price: Callable[[Decimal], Decimal],
    currency: str,
) -> tuple[list[Applied], dict[int, Decimal]]:
    """Apply the combination that costs the shopper least.

    Either all rules that go together, or one exclusive rule alone. `delivery_price` gives what
    delivery of goods worth so much costs. Returns what applied and the money off each item
    (item key -> amount, never above its subtotal).
    """
    together = [rule for rule in rules if not rule.exclusive]
    choices = [together, *([rule] for rule in rules if rule.exclusive)]
    results = [_apply(items, subtotals, choice, currency) for choice in choices]
    whole = sum(subtotals.values(), ZERO)

    def cost(result: tuple[list[Applied], dict[int, Decimal]]) -> Decimal:
        applied, off = result
        goods = whole - sum(off.values(), ZERO)
        free = any(found.frees_shipping for found in applied)
        return goods if free else goods + delivery_price(goods)

    return min(results, key=cost)


def _apply(
    items: "list[Item]", subtotals: Mapping[int, Decimal], rules: list[Rule], currency: str
) -> tuple[list[Applied], dict[int, Decimal]]:
    off = dict.fromkeys(subtotals, round_money(ZERO, currency))
    closed: set[int] = set()  # goods that a rule which is not stackable has reduced
    applied, shipping_is_free = [], False
    for rule in sorted(rules, key=lambda rule: (-rule.priority, rule.id)):
        covered = [item for item in items if rule.covers(item)]
        spend = sum((subtotals[item.key] for item in covered), ZERO)
        if not covered or spend < rule.minimum_spend:
            continue
        if rule.kind == "free_shipping":
            if not shipping_is_free:
                applied.append(Applied.of(rule, frees_shipping=True))
            shipping_is_free = True
            continue
        open_items = [item for item in covered if item.key not in closed]
        if not rule.stackable:
            open_items = [item for item in open_items if not off[item.key]]
        shares = _shares(rule, open_items, subtotals, off, currency)
        if shares:
            for key, share in shares.items():
                off[key] += share
            if not rule.stackable:
                closed |= shares.keys()
            goods = sum(shares.values(), ZERO)
            applied.append(Applied.of(rule, goods=goods, lines=shares))
    return applied, off


def _shares(
    rule: Rule,
    items: "list[Item]",
    subtotals: Mapping[int, Decimal],
    off: Mapping[int, Decimal],
    currency: str,
) -> dict[int, Decimal]:
    """What the rule takes off each of `items`, of what earlier rules left; only what is above 0."""
    left = {item.key: subtotals[item.key] - off[item.key] for item in items}
    if rule.kind == "buy_x_get_y":
        worth = pieces_off(rule, {item.key: item.quantity for item in items}, left, currency)
    else:
        worth = left
    whole = sum(worth.values(), ZERO)
    match rule.kind:
        case "percent":
            goods = round_money(whole * rule.percent / 100, currency)
        case "amount":
            goods = rule.amount
        case _:
            goods = whole
    if rule.cap is not None:
        goods = min(goods, rule.cap)
    goods = round_money(min(goods, whole), currency)
    return {key: share for key, share in spread(goods, worth, currency).items() if share}


def pieces_off(
    rule: Rule, quantities: Mapping[int, int], left: Mapping[int, Decimal], currency: str
) -> dict[int, Decimal]:
    """What "buy X get Y" takes off each line, before its cap.

    The pieces stand in a row, the dear ones first, and are counted off in groups of X + Y. In
    every full group the last Y, its cheapest, are reduced by `percent`; what is over at the end
    is not. So nobody saves by dividing a basket over several orders. A piece is worth its part
    of what earlier discounts left of its line; pieces that cost nothing are not counted.
    """
    keys = sorted((key for key in left if left[key]), key=lambda key: (-left[key] / quantities[key], key))
    size = rule.buy_quantity + rule.get_quantity
    if not size:
        return {}
    end = sum(quantities[key] for key in keys) // size * size
    found, start = {}, 0

    def reduced(count: int) -> int:
        """How many of the first `count` pieces in the row are reduced."""
        groups, rest = divmod(min(count, end), size)
        return groups * rule.get_quantity + max(rest - rule.buy_quantity, 0)

    for key in keys:
        pieces = reduced(start + quantities[key]) - reduced(start)
        start += quantities[key]
        found[key] = round_money(left[key] * pieces * rule.percent / (quantities[key] * 100), currency)
    return found


def spread(amount: Decimal, weights: Mapping[int, Decimal], currency: str) -> dict[int, Decimal]:
    """Divide `amount` by `weights` to the smallest unit, exactly, by largest remainder.

    No share exceeds its weight as long as `amount` does not exceed their sum.
    """
    whole = sum(weights.values(), ZERO)
    unit = smallest_unit(currency)
    if not whole:
        return dict.fromkeys(weights, ZERO)
    exact = {key: amount * weight / whole for key, weight in weights.items()}
    shares = {key: value.quantize(unit, ROUND_DOWN) for key, value in exact.items()}
    missing = int((amount - sum(shares.values(), ZERO)) / unit)
    for key in sorted(exact, key=lambda key: (shares[key] - exact[key], key))[:missing]:
        shares[key] += unit
    return shares
