"""Many counts at once: what `counting.set_on_hand` does for one variant, in so many statements for all."""

from collections.abc import Mapping
from typing import Any

from catalog.models import StockItem, StockLocation, StockMovement, Variant
from catalog.services import stock_rows
from catalog.services.stock_levels import OutOfStock
from catalog.services.stock_settling import settle
from ecommerce.lib.bulk import update_rows
from ecommerce.lib.errors import BadInput
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
def set_all_on_hand(*, counts: Mapping[int, int], reason: str, actor: Any = None) -> int:
    """Make `counts` (variant id -> pieces) what lies in the main place; returns how many changed.

    Each change is a movement with the reason. Raises OutOfStock, with nothing changed, when one of
    them is less than what is promised to customers.
    """
    if not reason.strip():
        raise BadInput("Say why the stock changes.", field="reason")
    location, _ = StockLocation.objects.get_or_create(code="main")
    ids = sorted(counts)
    there = set(
        StockItem.objects.filter(variant__in=ids, location=location).values_list("variant", flat=True)
    )
    StockItem.objects.bulk_create(
        [StockItem(variant_id=pk, location=location) for pk in ids if pk not in there], ignore_conflicts=True
    )
    items = [item for item in stock_rows.lock_items(ids) if item.location_id == location.pk]
    changed = [item for item in items if item.on_hand != counts[item.variant_id]]
    if not changed:
        return 0
    movements = [_count(item, counts[item.variant_id], reason, actor) for item in changed]
    update_rows(changed, StockItem.objects.all(), ["on_hand"])
    StockMovement.objects.bulk_create(movements, batch_size=500)
    settle([item.variant_id for item in changed], freed=True)
    return len(changed)


def _count(item: StockItem, on_hand: int, reason: str, actor: Any) -> StockMovement:
    if on_hand < item.held:
        variant = Variant.all_objects.get(pk=item.variant_id)
        raise OutOfStock(
            f"{variant.sku}: {item.held} are promised to customers, so there cannot be fewer.",
            field="stock",
            data={"sku": variant.sku, "available": item.available},
        )
    change, item.on_hand = on_hand - item.on_hand, on_hand
    return StockMovement(
        item=item,
        kind=StockMovement.Kind.ADJUSTED,
        change=change,
        on_hand_after=on_hand,
        reason=reason,
        actor=actor,
    )
