"""Discounts as pure rules: which apply, and what they take off which line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any, Self

from ecommerce.lib.money import ZERO, round_money, smallest_unit

if TYPE_CHECKING:
    from orders.pricing import Delivery, Item


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A discount that may apply: its dates and uses are checked already, its goods are not.

    `percent` is 0-100, `cap` and `amount` are money. Empty `product_ids` and `category_ids`
    mean all goods. Higher `priority` goes first; an `exclusive` rule stands alone.
    """

    id: int
    name: str
    kind: str
    code: str = ""
    percent: Decimal = ZERO
    cap: Decimal | None = None
    amount: Decimal = ZERO
    minimum_spend: Decimal = ZERO
    product_ids: frozenset[int] = field(default_factory=frozenset)
    category_ids: frozenset[int] = field(default_factory=frozenset)
    priority: int = 0
    exclusive: bool = False

    def covers(self, item: "Item") -> bool:
        """Whether the rule is about this item."""
        if not self.product_ids and not self.category_ids:
            return True
        return item.product_id in self.product_ids or bool(self.category_ids & item.category_ids)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A rule that took something off: from the goods, or from delivery."""

    id: int
    name: str
    code: str
    goods: Decimal = ZERO
    shipping: Decimal = ZERO
    frees_shipping: bool = False

    @property
    def amount(self) -> Decimal:
        return self.goods + self.shipping

    def with_shipping(self, price: Decimal) -> "Applied":
        """The same with the delivery it pays for, once its price is known."""
        return replace(self, shipping=price) if self.frees_shipping else self

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        money = {name: Decimal(data[name]) for name in ("goods", "shipping")}
        return cls(**{**data, **money})


def apply_best(
    *,
    items: "list[Item]",
    subtotals: Mapping[int, Decimal],
    rules: list[Rule],
    delivery: "Delivery | None",
    currency: str,
) -> tuple[list[Applied], dict[int, Decimal]]:
    """Apply the combination that saves the shopper most.

    Either all rules that go together, or one exclusive rule alone. Returns what applied and
    the money off each item (item key -> amount, never above its subtotal).
    """
    together = [rule for rule in rules if not rule.exclusive]
    choices = [together, *([rule] for rule in rules if rule.exclusive)]
    delivery_price = delivery.price if delivery else ZERO
    results = [_apply(items, subtotals, choice, currency) for choice in choices]

    def saved(result: tuple[list[Applied], dict[int, Decimal]]) -> Decimal:
        applied, off = result
        free = any(found.frees_shipping for found in applied)
        return sum(off.values(), ZERO) + (delivery_price if free else ZERO)

    return max(results, key=saved)


def _apply(
    items: "list[Item]", subtotals: Mapping[int, Decimal], rules: list[Rule], currency: str
) -> tuple[list[Applied], dict[int, Decimal]]:
    off = dict.fromkeys(subtotals, round_money(ZERO, currency))
    applied, shipping_is_free = [], False
    for rule in sorted(rules, key=lambda rule: (-rule.priority, rule.id)):
        covered = [item for item in items if rule.covers(item)]
        spend = sum((subtotals[item.key] for item in covered), ZERO)
        if not covered or spend < rule.minimum_spend:
            continue
        if rule.kind == "free_shipping":
            if not shipping_is_free:
                applied.append(Applied(id=rule.id, name=rule.name, code=rule.code, frees_shipping=True))
            shipping_is_free = True
            continue
        left = {item.key: subtotals[item.key] - off[item.key] for item in covered}
        goods = _worth(rule, sum(left.values(), ZERO), currency)
        if goods > 0:
            for key, share in spread(goods, left, currency).items():
                off[key] += share
            applied.append(Applied(id=rule.id, name=rule.name, code=rule.code, goods=goods))
    return applied, off


def _worth(rule: Rule, left: Decimal, currency: str) -> Decimal:
    """What the rule takes off goods that still cost `left`."""
    worth = rule.amount if rule.kind == "amount" else round_money(left * rule.percent / 100, currency)
    if rule.cap is not None:
        worth = min(worth, rule.cap)
    return round_money(min(worth, left), currency)


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
