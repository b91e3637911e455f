"""What a discount would have done to the latest orders. Writes nothing, sends nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from catalog.models import Product
from catalog.services.tree import category_ancestors
from ecommerce.lib.money import ZERO
from orders.discounts import Applied, Rule
from orders.models import Discount, Order, OrderLine
from orders.pricing import Delivery, Item, Quote, quote
from orders.services.eligibility import load_targets
from orders.services.quoting import as_rule, buyer_key
from orders.tax import Taxes

LATEST = 100
_SHOWN_PRODUCTS = 20


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A discount, saved or not, and whom and what it is for (empty: everybody, everything)."""

    discount: Discount
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    store_ids: frozenset[int] = frozenset()
    customer_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Changed:
    """An order the discount would have reached. `off` is what this discount takes.

    `after` is the total with it. It may differ by another amount than `off`: an exclusive
    discount replaces others, and tax that is added falls with the goods. `had_it`: the order
    was placed with this very discount.
    """

    order: Order
    off: Decimal
    after: Decimal
    had_it: bool

    @property
    def given(self) -> Decimal:
        return self.order.total - self.after


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The latest orders together. Money is in the shop's currency; `share` is in per cent."""

    count: int
    turnover: Decimal
    changed: list[Changed]
    product_count: int
    products: list[Product]

    @property
    def off(self) -> Decimal:
        return sum((found.off for found in self.changed), ZERO)

    @property
    def given(self) -> Decimal:
        return sum((found.given for found in self.changed), ZERO)

    @property
    def share(self) -> Decimal:
        return self.given * 100 / self.turnover if self.turnover else ZERO


def saved(discount: Discount) -> Wanted:
    """A discount as it is in the database."""
    load_targets([discount])
    targets: dict[str, frozenset[int]] = discount.target_ids  # type: ignore[attr-defined]
    return Wanted(
        discount=discount,
        product_ids=targets["products"],
        category_ids=targets["categories"],
        store_ids=targets["stores"],
        customer_ids=frozenset(discount.customers.values_list("pk", flat=True)),
    )


def preview_discount(*, wanted: Wanted, count: int = LATEST) -> Preview:
    """Price the latest `count` orders that were not cancelled again, with the discount besides.

    Each order keeps its goods, prices, tax rates and what delivery cost, and the discounts that
    applied to it, with their terms of then. The discount's dates, uses and code are not asked
    for; its goods, stores, customers, minimum spend and first order are. The number of queries
    does not depend on the number of orders.
    """
    orders = list(_latest(count))
    rule = _rule(wanted)
    others = _other_rules(orders)
    reached = _reached(orders, wanted)
    tree = category_ancestors()
    found = (_price(order, _items(order, tree), rule, others) for order in orders if order.pk in reached)
    products = _products(wanted)
    return Preview(
        count=len(orders),
        turnover=sum((order.total for order in orders), ZERO),
        changed=[changed for changed in found if changed is not None],
        product_count=products.count(),
        products=list(products.order_by("name", "pk")[:_SHOWN_PRODUCTS]),
    )


def _latest(count: int) -> QuerySet[Order]:
    lines = OrderLine.objects.select_related("product").order_by("pk")
    orders = Order.objects.exclude(status=Order.Status.CANCELLED).order_by("-placed_at", "-pk")
    return orders.prefetch_related(Prefetch("lines", lines))[:count]


def _rule(wanted: Wanted) -> Rule:
    discount = wanted.discount
    discount.target_ids = {  # type: ignore[attr-defined]
        "products": wanted.product_ids,
        "categories": wanted.category_ids,
        "stores": wanted.store_ids,
    }
    # One that is not saved yet has no id; as in the shop, it comes after those of its priority.
    return replace(as_rule(discount), id=discount.pk or 2**63)


def _other_rules(orders: Iterable[Order]) -> dict[int, Rule]:
    """The discounts that applied to these orders, by their ids."""
    ids = {found.id for order in orders for found in order.applied_discounts}
    rows = list(Discount.all_objects.filter(pk__in=ids))
    load_targets(rows)
    return {row.pk: as_rule(row) for row in rows}


def _reached(orders: list[Order], wanted: Wanted) -> set[int]:
    """The ids of the orders whose buyers may use the discount."""
    reached = {
        order.pk for order in orders if not wanted.customer_ids or order.customer_id in wanted.customer_ids
    }
    return reached - _later_orders(orders) if wanted.discount.first_order_only else reached


def _later_orders(orders: list[Order]) -> set[int]:
    """The ids of those orders before which their buyer had ordered already."""
    keys = {buyer_key(order.email) for order in orders}
    accounts = {order.customer_id for order in orders if order.customer_id}
    # Looked up in the index of addresses, since an order's row is large.
    same = Q(address__in=keys) | Q(address__contains="+")
    addresses = Order.all_objects.annotate(address=Lower("email")).filter(same).order_by()
    mine = Q(customer__in=accounts) | Q(pk__in=addresses.values("pk"))
    rows = Order.objects.exclude(status=Order.Status.CANCELLED).order_by()
    first: dict[Any, tuple[Any, int]] = {}
    for pk, email, account, placed_at in rows.filter(mine).values_list(
        "pk", "email", "customer_id", "placed_at"
    ):
        for buyer in (("email", buyer_key(email)), ("account", account)):
            first[buyer] = min(first.get(buyer, (placed_at, pk)), (placed_at, pk))
    later = set()
    for order in orders:
        this = (order.placed_at, order.pk)
        buyers = (("email", buyer_key(order.email)), ("account", order.customer_id))
        if any(first.get(buyer, this) < this for buyer in buyers if buyer[1]):
            later.add(order.pk)
    return later


def _price(order: Order, items: list[Item], rule: Rule, others: dict[int, Rule]) -> Changed | None:
    """The order with the discount besides; None when it takes nothing off."""
    then = [_as_then(others[found.id], found) for found in order.applied_discounts if found.id in others]
    besides = [found for found in then if found.id != rule.id]
    new = _quote(order, items, [*besides, rule])
    mine = next((found for found in new.discounts if found.id == rule.id), None)
    if mine is None:
        return None
    # Measured against the same calculation without it, so that nothing else is counted.
    difference = _quote(order, items, then).total - new.total
    return Changed(
        order=order,
        off=mine.amount,
        after=order.total - difference,
        had_it=len(besides) < len(then),
    )


def _as_then(rule: Rule, applied: Applied) -> Rule:
    """A rule with the terms it had when it applied; it did apply, so it asks for no minimum."""
    rule = replace(rule, minimum_spend=ZERO)
    if not applied.kind:
        return rule
    return replace(rule, kind=applied.kind, percent=applied.percent, cap=applied.cap, amount=applied.flat)


def _quote(order: Order, items: list[Item], rules: list[Rule]) -> Quote:
    """The order's own goods, delivery and rates, with these rules."""
    rates = {_rate_name(line.tax_rate): line.tax_rate for line in order.lines.all()}
    shares = order.quoted.taxes if order.quote else []
    # Delivery is taxed at the standard rate, which is the highest.
    standard = max((share.rate for share in shares), default=max(rates.values(), default=ZERO))
    return quote(
        items=items,
        delivery=Delivery(code=order.shipping_method, name=order.shipping_name, price=order.shipping_total),
        rules=rules,
        taxes=Taxes(rates={**rates, "standard": standard}, included=order.prices_include_tax),
        currency=order.currency,
    )


def _items(order: Order, tree: dict[int, frozenset[int]]) -> list[Item]:
    """What was bought; `tree` has the line of each category."""
    return [
        Item(
            key=line.variant_id,
            product_id=line.product_id,
            category_ids=tree.get(line.product.category_id, frozenset({line.product.category_id})),
            name=line.full_name,
            unit_price=line.unit_price,
            quantity=line.quantity,
            tax_class=_rate_name(line.tax_rate),
            store_id=line.product.store_id,
        )
        for line in order.lines.all()
    ]


def _rate_name(rate: Decimal) -> str:
    return f"at {rate}"


def _products(wanted: Wanted) -> QuerySet[Product]:
    """The products on sale that the discount is about."""
    rows = Product.objects.published()
    if wanted.store_ids:
        rows = rows.filter(store__in=wanted.store_ids)
    if wanted.product_ids or wanted.category_ids:
        below = [pk for pk, line in category_ancestors().items() if line & wanted.category_ids]
        rows = rows.filter(Q(pk__in=wanted.product_ids) | Q(category__in=below))
    return rows
