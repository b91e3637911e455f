"""Goods in, goods out, counts, moves between places, and goods that come back."""

from typing import Any

from django.db.models import F

from catalog.models import StockItem, StockLocation, StockMovement, Variant
from catalog.services import stock_rows
from catalog.services.stock_levels import OutOfStock
from catalog.services.stock_rows import record, stock_item
from catalog.services.stock_settling import settle
from ecommerce.lib.errors import BadInput
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
def give_back(
    *,
    variant: Variant,
    quantity: int,
    reference: str,
    actor: Any = None,
    reason: str = "",
    location: StockLocation | None = None,
) -> StockMovement:
    """Goods that had left come back to the shelf."""
    item = stock_item(variant, location)
    stock_rows.lock_items([variant.pk])
    stock_rows.add(item, quantity)
    kind = StockMovement.Kind.RETURNED
    movement = record(item, quantity, kind, reference=reference, actor=actor, reason=reason)
    settle([variant.pk], freed=True)
    return movement


@retrying_atomic
def adjust_stock(
    *,
    variant: Variant,
    change: int,
    kind: StockMovement.Kind,
    reason: str,
    actor: Any = None,
    location: StockLocation | None = None,
) -> StockMovement:
    """Add `change` (may be negative) to what is on hand, with the reason staff gave.

    Raises BadInput without a reason or a change, and OutOfStock when it would take goods
    that are promised to customers.
    """
    if not change:
        raise BadInput("Enter how many to add or take away.", field="change")
    _require_reason(reason)
    item = stock_item(variant, location)
    stock_rows.lock_items([variant.pk])
    enough = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("held") + max(-change, 0))
    if not enough.update(on_hand=F("on_hand") + change):
        raise _promised(item, "taken away")
    movement = record(item, change, kind, reason=reason, actor=actor)
    settle([variant.pk], freed=change > 0)
    return movement


@retrying_atomic
def set_on_hand(
    *,
    variant: Variant,
    on_hand: int,
    reason: str,
    actor: Any = None,
    location: StockLocation | None = None,
) -> StockMovement | None:
    """Record a count: make `on_hand` what lies there. Returns None when it already was so."""
    item = StockItem.objects.select_for_update().get(pk=stock_item(variant, location).pk)
    if item.on_hand == on_hand:
        return None
    return adjust_stock(
        variant=variant,
        change=on_hand - item.on_hand,
        kind=StockMovement.Kind.ADJUSTED,
        reason=reason,
        actor=actor,
        location=location,
    )


@retrying_atomic
def set_free(*, variant: Variant, free: int, reason: str, actor: Any = None) -> StockMovement | None:
    """Make `free` what can be sold of a variant; what is promised stays promised.

    The difference is put on, or taken off, the first place in use. Returns None when so many are
    free already; raises OutOfStock when that place has fewer free pieces than must go.
    """
    location = StockLocation.objects.filter(is_active=True).first()
    stock_item(variant, location)
    items = stock_rows.lock_items([variant.pk])
    now = sum(item.available for item in items if item.location.is_active)
    if now == free:
        return None
    return adjust_stock(
        variant=variant,
        change=free - now,
        kind=StockMovement.Kind.ADJUSTED,
        reason=reason,
        actor=actor,
        location=location,
    )


@retrying_atomic
def move_stock(
    *,
    variant: Variant,
    quantity: int,
    source: StockLocation,
    target: StockLocation,
    reason: str,
    actor: Any = None,
) -> list[StockMovement]:
    """Carry free pieces from one place to another; returns both movements.

    Raises BadInput without a reason, for fewer than one piece and for one place twice, and
    OutOfStock when fewer are free at `source`: promised ones stay where they are.
    """
    if quantity < 1:
        raise BadInput("Enter how many to move, 1 or more.", field="quantity")
    if source.pk == target.pk:
        raise BadInput("Choose another place to move them to.", field="target")
    _require_reason(reason)
    leaving, arriving = stock_item(variant, source), stock_item(variant, target)
    stock_rows.lock_items([variant.pk])
    if not stock_rows.take(leaving, quantity):
        raise _promised(leaving, "moved")
    stock_rows.add(arriving, quantity)
    kind = StockMovement.Kind.MOVED
    movements = [
        record(leaving, -quantity, kind, reason=reason, actor=actor),
        record(arriving, quantity, kind, reason=reason, actor=actor),
    ]
    settle([variant.pk], freed=True)
    return movements


@retrying_atomic
def use_location(*, location: StockLocation, is_active: bool) -> None:
    """Sell what lies in a place, or stop selling it; what is held there stays held."""
    StockLocation.objects.filter(pk=location.pk).update(is_active=is_active)
    rows = StockItem.objects.filter(location=location, on_hand__gt=0)
    settle(rows.values_list("variant_id", flat=True), freed=is_active)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("Say why the stock changes.", field="reason")


def _promised(item: StockItem, what: str) -> OutOfStock:
    item.refresh_from_db()
    return OutOfStock(
        f"Only {item.available} of {item.variant.full_name} can be {what}: {item.held} are promised.",
        field="change",
        data={"sku": item.variant.sku, "available": item.available},
    )
