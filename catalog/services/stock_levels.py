"""How many of a thing can be had: expressions for queries, and answers in words.

What lies in a place that is not in use cannot be sold. Pieces held for the shopper who asks
count as free to them: pass the `own` references.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from catalog.models import Hold, Product, StockItem, Variant
from ecommerce.lib.errors import DomainError


class OutOfStock(DomainError):
    """Fewer are left than were asked for; `data` has `sku` and `available`."""

    code = "out_of_stock"


@dataclass(frozen=True)
class Level:
    """What can be had of a variant: `ready` now, and `later` pieces that have yet to come."""

    ready: int
    later: int

    @property
    def total(self) -> int:
        return self.ready + self.later


def free_stock(variant: str = "pk") -> Coalesce:
    """The free pieces of the variant that the outer query calls `variant`."""
    rows = StockItem.objects.filter(variant=OuterRef(variant), location__is_active=True)
    return sum_of(rows, "variant", F("on_hand") - F("held"))


def backorder_left(prefix: str = "") -> Case:
    """How many may still be promised beyond stock. Staff may have lowered the limit meanwhile."""
    limit, promised = f"{prefix}backorder_limit", f"{prefix}backordered"
    return Case(
        When(**{f"{limit}__gt": F(promised)}, then=F(limit) - F(promised)),
        default=Value(0),
        output_field=IntegerField(),
    )


def level_fields(prefix: str = "", *, own: Collection[str] = ()) -> dict[str, Any]:
    """Annotations `ready` and `later` for rows that reach their variant by `prefix`."""
    variant = prefix.removesuffix("__") or "pk"
    fields: dict[str, Any] = {"ready": free_stock(variant), "later": backorder_left(prefix)}
    if own:
        mine = Hold.objects.filter(
            item__variant=OuterRef(variant), reference__in=own, state=Hold.State.ACTIVE
        )
        fields["ready"] += sum_of(mine.filter(is_backorder=False), "item__variant", F("quantity"))
        fields["later"] += sum_of(mine.filter(is_backorder=True), "item__variant", F("quantity"))
    return fields


def level_of(variant_id: int, *, own: Collection[str] = ()) -> Level:
    """What can be had of one variant, in one query."""
    rows: Any = Variant.all_objects.filter(pk=variant_id).annotate(**level_fields(own=own))
    found = rows.values_list("ready", "later").first()
    return Level(*(found or (0, 0)))


def available(variant_ids: Iterable[int]) -> dict[int, int]:
    """How many of each variant can be sold now; 0 for those without stock rows."""
    ids = list(variant_ids)
    rows = (
        StockItem.objects.filter(variant_id__in=ids, location__is_active=True)
        .values_list("variant_id")
        .annotate(free=Sum(F("on_hand") - F("held")))
        .order_by()
    )
    return dict.fromkeys(ids, 0) | dict(rows)


def stock_state(free: int, low_at: int, *, later: int = 0) -> Product.StockState:
    """The words for `free` units when `low_at` or fewer count as low; `later` ones can be ordered."""
    if free <= 0:
        return Product.StockState.BACKORDER if later > 0 else Product.StockState.SOLD_OUT
    return Product.StockState.LOW if free <= low_at else Product.StockState.IN_STOCK


def out_of_stock(variant_id: int, asked: Mapping[int, int]) -> OutOfStock:
    """The refusal for a variant of which fewer can be had than were asked for."""
    variant = Variant.all_objects.select_related("product").get(pk=variant_id)
    left = level_of(variant_id).total
    words = f"only {left} of {variant.full_name} left" if left else f"{variant.full_name} is sold out"
    return OutOfStock(
        f"Sorry, {words}.",
        data={"sku": variant.sku, "available": left, "requested": asked[variant_id]},
    )


def sum_of(rows: Any, group: str, value: Any) -> Coalesce:
    """The sum of `value` over `rows` (one group of them, by `group`) as a subquery; 0 for none."""
    summed = rows.order_by().values(group).annotate(n=Sum(value)).values("n")
    return Coalesce(Subquery(summed, output_field=IntegerField()), 0)
