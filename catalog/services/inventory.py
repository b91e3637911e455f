"""Stock: the only code that changes what is on hand or promised.

Every function runs in the caller's transaction (or its own) and takes stock rows in
primary-key order, so that two orders with the same goods in opposite order wait for each
other instead of locking each other out. docs/stock.md has worked numbers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Sum

from catalog.models import Hold, Product, StockItem, StockLocation, StockMovement, Variant
from catalog.services.products import refresh_listing
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic


class OutOfStock(DomainError):
    """Fewer are left than were asked for; `data` has `sku` and `available`."""

    code = "out_of_stock"


@retrying_atomic
def reserve(
    *, quantities: Mapping[int, int], reference: str, expires_at: datetime | None = None
) -> list[Hold]:
    """Promise `quantities` (variant id -> units) to `reference`: all of them or none.

    Raises OutOfStock for the first variant of which too few are free.
    """
    items = list(StockItem.objects.filter(variant_id__in=quantities).order_by("pk"))
    holds, missing = [], dict(quantities)
    for item in items:
        quantity = missing.get(item.variant_id)
        if quantity and _claim(item, quantity):
            del missing[item.variant_id]
            holds.append(Hold(item=item, quantity=quantity, reference=reference, expires_at=expires_at))
    if missing:
        raise _out_of_stock(next(iter(missing)), missing)
    Hold.objects.bulk_create(holds)
    _refresh_stock(quantities)
    return holds


def _claim(item: StockItem, quantity: int) -> bool:
    """Take `quantity` of what is free. The condition is part of the UPDATE: nobody gets between."""
    free = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("held") + quantity)
    return free.update(held=F("held") + quantity) == 1


def _out_of_stock(variant_id: int, asked: Mapping[int, int]) -> OutOfStock:
    variant = Variant.all_objects.select_related("product").get(pk=variant_id)
    left = available([variant_id])[variant_id]
    words = f"only {left} of {variant.full_name} left" if left else f"{variant.full_name} is sold out"
    return OutOfStock(
        f"Sorry, {words}.",
        data={"sku": variant.sku, "available": left, "requested": asked[variant_id]},
    )


@retrying_atomic
def release(*, reference: str) -> int:
    """Free what is still held for `reference`; returns the units freed. Repeating frees nothing."""
    return _release(Hold.objects.filter(reference=reference))


@retrying_atomic
def release_expired(*, now: datetime) -> int:
    """Free every hold whose time is over at `now`, each exactly once; returns the units freed."""
    return _release(Hold.objects.filter(expires_at__lte=now))


def _release(holds: Any) -> int:
    freed, variants = 0, set()
    for hold in holds.filter(state=Hold.State.ACTIVE).select_related("item").order_by("item_id", "pk"):
        if not _end(hold, Hold.State.RELEASED):
            continue
        StockItem.objects.filter(pk=hold.item_id).update(held=F("held") - hold.quantity)
        freed += hold.quantity
        variants.add(hold.item.variant_id)
    _refresh_stock(variants)
    return freed


def _end(hold: Hold, state: Hold.State) -> bool:
    """Move an active hold to its last state; False when somebody else was first."""
    return Hold.objects.filter(pk=hold.pk, state=Hold.State.ACTIVE).update(state=state) == 1


@retrying_atomic
def consume(*, reference: str, quantities: Mapping[int, int] | None = None, actor: Any = None) -> None:
    """Goods held for `reference` leave the house: all, or `quantities` (variant id -> units).

    Raises BadInput when more should leave than is held.
    """
    holds = (
        Hold.objects.filter(reference=reference, state=Hold.State.ACTIVE)
        .select_related("item")
        .order_by("item_id", "pk")
    )
    wanted = dict(quantities) if quantities is not None else None
    variants = set()
    for hold in holds:
        variant_id = hold.item.variant_id
        taken = hold.quantity if wanted is None else min(hold.quantity, wanted.get(variant_id, 0))
        if not taken or not _end(hold, Hold.State.CONSUMED):
            continue
        if taken < hold.quantity:
            _split(hold, taken)
        if wanted is not None:
            wanted[variant_id] -= taken
        StockItem.objects.filter(pk=hold.item_id).update(held=F("held") - taken, on_hand=F("on_hand") - taken)
        _record(hold.item, -taken, StockMovement.Kind.SOLD, reference=reference, actor=actor)
        variants.add(variant_id)
    if wanted and any(wanted.values()):
        raise BadInput("More should leave than is held for this order.", code="not_held")
    _refresh_stock(variants)


def _split(hold: Hold, taken: int) -> None:
    """Keep the rest of a partly consumed hold as a hold of its own."""
    Hold.objects.create(
        item=hold.item,
        quantity=hold.quantity - taken,
        reference=hold.reference,
        expires_at=hold.expires_at,
    )
    Hold.objects.filter(pk=hold.pk).update(quantity=taken)


@retrying_atomic
def give_back(
    *, variant: Variant, quantity: int, reference: str, actor: Any = None, reason: str = ""
) -> StockMovement:
    """Goods that had left come back to the shelf."""
    item = stock_item(variant)
    StockItem.objects.filter(pk=item.pk).update(on_hand=F("on_hand") + quantity)
    movement = _record(
        item, quantity, StockMovement.Kind.RETURNED, reference=reference, actor=actor, reason=reason
    )
    _refresh_stock([variant.pk])
    return movement


@retrying_atomic
def adjust_stock(
    *, variant: Variant, change: int, kind: StockMovement.Kind, reason: str, actor: Any = None
) -> StockMovement:
    """Add `change` (may be negative) to what is on hand, with the reason staff gave.

    Raises BadInput without a reason or a change, and OutOfStock when it would take goods
    that are promised to customers.
    """
    if not change:
        raise BadInput("Enter how many to add or take away.", field="change")
    if not reason.strip():
        raise BadInput("Say why the stock changes.", field="reason")
    item = stock_item(variant)
    enough = StockItem.objects.filter(pk=item.pk, on_hand__gte=F("held") + max(-change, 0))
    if not enough.update(on_hand=F("on_hand") + change):
        item.refresh_from_db()
        raise OutOfStock(
            f"Only {item.available} of {variant.full_name} can be taken away: {item.held} are promised.",
            field="change",
            data={"sku": variant.sku, "available": item.available},
        )
    movement = _record(item, change, kind, reason=reason, actor=actor)
    _refresh_stock([variant.pk])
    return movement


@retrying_atomic
def set_on_hand(*, variant: Variant, on_hand: int, reason: str, actor: Any = None) -> StockMovement | None:
    """Record a count: make `on_hand` what lies there. Returns None when it already was so."""
    item = StockItem.objects.select_for_update().get(pk=stock_item(variant).pk)
    if item.on_hand == on_hand:
        return None
    return adjust_stock(
        variant=variant,
        change=on_hand - item.on_hand,
        kind=StockMovement.Kind.ADJUSTED,
        reason=reason,
        actor=actor,
    )


def available(variant_ids: Iterable[int]) -> dict[int, int]:
    """How many of each variant can be sold now; 0 for those without stock rows."""
    ids = list(variant_ids)
    rows = (
        StockItem.objects.filter(variant_id__in=ids)
        .values_list("variant_id")
        .annotate(free=Sum(F("on_hand") - F("held")))
        .order_by()
    )
    return dict.fromkeys(ids, 0) | dict(rows)


def stock_item(variant: Variant) -> StockItem:
    """The variant's stock row at the default location, created empty when missing."""
    location, _ = StockLocation.objects.get_or_create(code="main")
    item, _ = StockItem.objects.get_or_create(variant=variant, location=location)
    return item


def stock_state(free: int, low_at: int) -> Product.StockState:
    """The words for `free` units when `low_at` or fewer count as low."""
    if free <= 0:
        return Product.StockState.SOLD_OUT
    return Product.StockState.LOW if free <= low_at else Product.StockState.IN_STOCK


def _record(item: StockItem, change: int, kind: StockMovement.Kind, **more: Any) -> StockMovement:
    on_hand = StockItem.objects.values_list("on_hand", flat=True).get(pk=item.pk)
    return StockMovement.objects.create(item=item, change=change, kind=kind, on_hand_after=on_hand, **more)


def _refresh_stock(variant_ids: Iterable[int]) -> None:
    """Rewrite what listings say about the products of these variants."""
    products = Variant.all_objects.filter(pk__in=list(variant_ids)).order_by("product_id")
    if ids := list(products.values_list("product_id", flat=True).distinct()):
        refresh_listing(*ids)
