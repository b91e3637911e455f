"""What every change of stock is made of: rows locked in one order, guarded updates, movements.

Only the stock services use this, and `versions` to lock in the same order. Locks are taken in the
order stock rows → holds → variants → products, each by primary key. The locking queries join
nothing: a join would lock the other table too.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q

from catalog.models import Hold, StockItem, StockLocation, StockMovement, Variant


def lock_items(variant_ids: Iterable[int]) -> list[StockItem]:
    """All stock rows of these variants as they are now, locked, in primary-key order."""
    rows = StockItem.objects.select_for_update().filter(variant_id__in=list(variant_ids))
    items = list(rows.order_by("pk"))
    places = {place.pk: place for place in StockLocation.objects.all()} if items else {}
    for item in items:
        item.location = places[item.location_id]
    return items


def in_order(items: Iterable[StockItem]) -> list[StockItem]:
    """The rows by the order of their places, which is the order in which they are taken from."""
    return sorted(items, key=lambda item: (item.location.position, item.location_id))


def lock_holds(wanted: Q, items: Iterable[StockItem]) -> list[Hold]:
    """The active holds on these (locked) rows, locked too, in the order of the rows."""
    rows = {item.pk: item for item in items}
    holds = Hold.objects.select_for_update().filter(wanted, state=Hold.State.ACTIVE, item_id__in=list(rows))
    found = list(holds.order_by("item_id", "pk"))
    for hold in found:
        hold.item = rows[hold.item_id]
    return found


def stock_item(variant: Variant, location: StockLocation | None = None) -> StockItem:
    """The variant's stock row at a place (the default one), created empty when missing."""
    if location is None:
        location, _ = StockLocation.objects.get_or_create(code="main")
    item, _ = StockItem.objects.get_or_create(variant=variant, location=location)
    return item


def claim(item: StockItem, quantity: int) -> bool:
    """Hold `quantity` of what is free. The condition is part of the UPDATE: nobody gets between."""
    free = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("held") + quantity)
    return free.update(held=F("held") + quantity) == 1


def take(item: StockItem, quantity: int) -> bool:
    """Take pieces that nobody was promised off the shelf; False when there are fewer."""
    free = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("held") + quantity)
    return free.update(on_hand=F("on_hand") - quantity) == 1


def add(item: StockItem, quantity: int) -> None:
    """Put pieces on the shelf."""
    StockItem.objects.filter(pk=item.pk).update(on_hand=F("on_hand") + quantity)


def split_off(hold: Hold, quantity: int, item: StockItem, *, is_backorder: bool = False) -> Hold:
    """A hold like `hold` for so many pieces of `item`."""
    return Hold.objects.create(
        item=item,
        quantity=quantity,
        reference=hold.reference,
        expires_at=hold.expires_at,
        extended=hold.extended,
        is_backorder=is_backorder,
        created_at=hold.created_at,
    )


def record(item: StockItem, change: int, kind: StockMovement.Kind, **more: Any) -> StockMovement:
    """Write down a change of `on_hand` that has just been made."""
    on_hand = StockItem.objects.values_list("on_hand", flat=True).get(pk=item.pk)
    return StockMovement.objects.create(item=item, change=change, kind=kind, on_hand_after=on_hand, **more)
