"""Pieces promised beyond stock, up to the variant's limit, and made real when goods arrive."""

from collections.abc import Iterable

from django.db.models import F, Q

from catalog.models import Hold, StockItem, Variant
from catalog.services.stock_rows import claim, in_order, lock_holds, lock_items, split_off


def promise_later(variant_id: int, quantity: int) -> bool:
    """Promise pieces that have yet to come. The limit is part of the UPDATE; False beyond it."""
    within = Variant.all_objects.filter(pk=variant_id, backorder_limit__gte=F("backordered") + quantity)
    return within.update(backordered=F("backordered") + quantity) == 1


def forget_later(variant_id: int, quantity: int) -> None:
    """So many pieces need not come any more, or have come."""
    Variant.all_objects.filter(pk=variant_id).update(backordered=F("backordered") - quantity)


def fill_backorders(variant_ids: Iterable[int]) -> int:
    """Give free pieces to those who were promised some that had yet to come; returns how many.

    Orders come before baskets, the oldest first; one that cannot be filled whole gets what is
    there. Runs in the transaction that made the pieces free.
    """
    late = Variant.all_objects.filter(pk__in=list(variant_ids), backordered__gt=0)
    ids = list(late.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    items = lock_items(ids)
    queue = _queue(lock_holds(Q(is_backorder=True), items))
    filled = {pk: _fill(pk, in_order(items), queue) for pk in ids}
    for pk, quantity in filled.items():
        if quantity:
            forget_later(pk, quantity)
    return sum(filled.values())


def _queue(holds: Iterable[Hold]) -> list[Hold]:
    """Holds without an end (orders) first, then those of baskets; each in the order of asking."""
    return sorted(holds, key=lambda hold: (hold.expires_at is not None, hold.created_at, hold.pk))


def _fill(variant_id: int, items: Iterable[StockItem], queue: Iterable[Hold]) -> int:
    filled = 0
    free = [item for item in items if item.variant_id == variant_id and item.location.is_active]
    for hold in queue:
        for item in free if hold.item.variant_id == variant_id else []:
            quantity = min(item.available, hold.quantity)
            if quantity and claim(item, quantity):
                _make_real(hold, item, quantity)
                item.held += quantity
                hold.quantity -= quantity
                filled += quantity
    return filled


def _make_real(hold: Hold, item: StockItem, quantity: int) -> None:
    """Turn `quantity` pieces of a (locked) backorder hold into pieces of `item`."""
    mine = Hold.objects.filter(pk=hold.pk)
    if quantity == hold.quantity:
        mine.update(item=item, is_backorder=False)
        return
    mine.update(quantity=F("quantity") - quantity)
    split_off(hold, quantity, item)


def waiting_for(reference: str) -> dict[int, int]:
    """How many pieces of each variant (by id) have yet to come for `reference`."""
    found: dict[int, int] = {}
    holds = Hold.objects.filter(reference=reference, state=Hold.State.ACTIVE, is_backorder=True)
    for variant_id, quantity in holds.values_list("item__variant_id", "quantity"):
        found[variant_id] = found.get(variant_id, 0) + quantity
    return found
