"""Promises of stock: made, given back, and kept when goods leave the house.

Every function runs in the caller's transaction (or its own). It locks the stock rows it needs
in primary-key order, so that two orders with the same goods in opposite order wait for each
other instead of locking each other out. docs/stock.md has worked numbers. Counts, deliveries
and moves are in `counting`, what can be had in `stock_levels`, promises beyond stock in
`backorders`; callers find all of them here.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from catalog.models import Hold, StockItem, StockMovement, Variant
from catalog.services import backorders
from catalog.services.backorders import fill_backorders, waiting_for
from catalog.services.counting import adjust_stock, give_back, move_stock, set_free, set_on_hand, use_location
from catalog.services.stock_levels import OutOfStock, available, level_of, out_of_stock, stock_state
from catalog.services.stock_rows import claim, in_order, lock_holds, lock_items, record, split_off, stock_item
from catalog.services.stock_settling import settle
from catalog.services.stock_shares import Share, deal
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic

__all__ = [
    "OutOfStock",
    "Share",
    "adjust_stock",
    "available",
    "consume",
    "fill_backorders",
    "give_back",
    "level_of",
    "move_stock",
    "release",
    "release_expired",
    "release_hold",
    "reserve",
    "reserve_shares",
    "set_free",
    "set_on_hand",
    "stock_item",
    "stock_state",
    "use_location",
    "waiting_for",
]

# One sweep ends so many promises at most; the next one goes on.
_DUE = 500


def reserve(
    *,
    quantities: Mapping[int, int],
    reference: str,
    expires_at: datetime | None = None,
    instead_of: Collection[str] = (),
    extended: bool = False,
) -> list[Hold]:
    """Promise `quantities` (variant id -> units) to `reference`: all of them or none.

    Takes from active places in their order; what is missing then is promised beyond stock, up
    to the variant's limit. What is held for the references `instead_of` is given back first, under
    the same locks: nobody gets it in between.

    Raises OutOfStock for the first variant of which too few can be had.
    """
    shares = [
        Share(variant_id=pk, quantity=n, reference=reference, expires_at=expires_at, extended=extended)
        for pk, n in quantities.items()
        if n
    ]
    return reserve_shares(shares=shares, instead_of=instead_of)


@retrying_atomic
def reserve_shares(
    *, shares: Collection[Share], instead_of: Collection[str] = (), variant_ids: Collection[int] | None = None
) -> list[Hold]:
    """The same for several references and ends at once.

    `variant_ids`: only what is held of these is given back; the shares are of no others.
    """
    asked: dict[int, int] = {}
    for share in shares:
        asked[share.variant_id] = asked.get(share.variant_id, 0) + share.quantity
    wanted = dict(asked)
    mine = Q(reference__in=list(instead_of))
    before: set[int] = set()
    if instead_of:
        before = _variants_of(mine) if variant_ids is None else set(variant_ids)
    items = lock_items(before | set(wanted))
    ended = _end_all(lock_holds(mine, items)) if instead_of else []
    plan = _spread(items, wanted, ended)
    for item, quantity in plan:
        wanted[item.variant_id] -= quantity
    # Promises beyond stock come first: their refusal tells how many can be had, before any is taken.
    pieces = _promise_beyond(items, wanted, asked)
    for item, quantity in plan:
        if not claim(item, quantity):
            raise out_of_stock(item.variant_id, asked)
        pieces.append(Hold(item=item, quantity=quantity))
    holds = deal(pieces, shares)
    for hold in holds:
        since = [one.created_at for one in ended if one.reference == hold.reference]
        hold.created_at = min(since, default=hold.created_at)
    Hold.objects.bulk_create(holds)
    settle(before | set(wanted), freed=bool(ended))
    return holds


def _promise_beyond(
    items: Iterable[StockItem], missing: Mapping[int, int], asked: Mapping[int, int]
) -> list[Hold]:
    """Promise the `missing` pieces of each variant beyond stock, or raise OutOfStock."""
    homes = {item.variant_id: item for item in reversed(list(items))}
    holds = []
    for variant_id in sorted(pk for pk, n in missing.items() if n):
        if not backorders.promise_later(variant_id, missing[variant_id]):
            raise out_of_stock(variant_id, asked)
        home = homes.get(variant_id) or stock_item(Variant.all_objects.get(pk=variant_id))
        holds.append(Hold(item=home, quantity=missing[variant_id], is_backorder=True))
    return holds


def _spread(
    items: Iterable[StockItem], wanted: Mapping[int, int], ended: Iterable[Hold]
) -> list[tuple[StockItem, int]]:
    """How many to take of which row: places in their order, rows then in primary-key order.

    Of a place that is not in use only what was held there already can be taken.
    """
    given_back: dict[int, int] = {}
    for hold in ended:
        if not hold.is_backorder:
            given_back[hold.item_id] = given_back.get(hold.item_id, 0) + hold.quantity
    missing, found = dict(wanted), []
    for item in in_order(items):
        back = given_back.get(item.pk, 0)
        free = item.available + back if item.location.is_active else back
        quantity = min(free, missing.get(item.variant_id, 0))
        if quantity > 0:
            missing[item.variant_id] -= quantity
            found.append((item, quantity))
    return sorted(found, key=lambda pair: pair[0].pk)


@retrying_atomic
def release(*, reference: str) -> int:
    """Free what is still held for `reference`; returns the units freed. Repeating frees nothing."""
    return _release(Q(reference=reference))


def release_expired(*, now: datetime) -> int:
    """Free every hold whose time is over at `now`, each exactly once; returns the units freed.

    One transaction for each reference, so that no worker keeps the others waiting for long.
    """
    due = Hold.objects.filter(state=Hold.State.ACTIVE, expires_at__lte=now).order_by("reference")
    references = list(due.values_list("reference", flat=True).distinct()[:_DUE])
    return sum(_release_due(reference, now) for reference in references)


@retrying_atomic
def _release_due(reference: str, now: datetime) -> int:
    return _release(Q(reference=reference, expires_at__lte=now))


@retrying_atomic
def release_hold(*, hold: Hold) -> int:
    """Staff end one hold before its time; returns the units freed. Repeating frees nothing.

    Raises DomainError (`belongs_to_order`) for one without an end: it is freed with its order.
    """
    if hold.expires_at is None:
        raise DomainError(
            f"{hold} is kept for an order: cancel or change the order instead.", code="belongs_to_order"
        )
    return _release(Q(pk=hold.pk, expires_at__isnull=False))


def _release(wanted: Q) -> int:
    variants = _variants_of(wanted)
    ended = _end_all(lock_holds(wanted, lock_items(variants)))
    settle({hold.item.variant_id for hold in ended}, freed=True)
    return sum(hold.quantity for hold in ended)


def _variants_of(wanted: Q) -> set[int]:
    held = Hold.objects.filter(wanted, state=Hold.State.ACTIVE)
    return set(held.values_list("item__variant_id", flat=True))


def _end_all(holds: Iterable[Hold]) -> list[Hold]:
    """Give back what these holds promise; returns those that this call ended."""
    ended = [hold for hold in holds if _end(hold, Hold.State.RELEASED)]
    for hold in ended:
        if not hold.is_backorder:
            StockItem.objects.filter(pk=hold.item_id).update(held=F("held") - hold.quantity)
    for hold in sorted(ended, key=lambda hold: hold.item.variant_id):
        if hold.is_backorder:
            backorders.forget_later(hold.item.variant_id, hold.quantity)
    return ended


def _end(hold: Hold, state: Hold.State) -> bool:
    """Move an active hold to its last state; False when somebody else was first."""
    return Hold.objects.filter(pk=hold.pk, state=Hold.State.ACTIVE).update(state=state) == 1


@retrying_atomic
def consume(*, reference: str, quantities: Mapping[int, int] | None = None, actor: Any = None) -> None:
    """Goods held for `reference` leave the house: all, or `quantities` (variant id -> units).

    Only what is really there leaves. Raises DomainError (`not_arrived`) for pieces that have yet
    to come, and BadInput when more should leave than is held.
    """
    mine = Q(reference=reference)
    holds = lock_holds(mine, lock_items(_variants_of(mine)))
    wanted = dict(quantities) if quantities is not None else _sum_up(holds)
    variants = set()
    for hold in holds:
        variant_id = hold.item.variant_id
        taken = 0 if hold.is_backorder else min(hold.quantity, wanted.get(variant_id, 0))
        if not taken or not _end(hold, Hold.State.CONSUMED):
            continue
        if taken < hold.quantity:
            split_off(hold, hold.quantity - taken, hold.item)
            Hold.objects.filter(pk=hold.pk).update(quantity=taken)
        wanted[variant_id] -= taken
        StockItem.objects.filter(pk=hold.item_id).update(held=F("held") - taken, on_hand=F("on_hand") - taken)
        record(hold.item, -taken, StockMovement.Kind.SOLD, reference=reference, actor=actor)
        variants.add(variant_id)
    _require_all_taken(wanted, holds)
    settle(variants)


def _sum_up(holds: Iterable[Hold]) -> dict[int, int]:
    found: dict[int, int] = {}
    for hold in holds:
        found[hold.item.variant_id] = found.get(hold.item.variant_id, 0) + hold.quantity
    return found


def _require_all_taken(left: Mapping[int, int], holds: Iterable[Hold]) -> None:
    """Refuse when pieces should have left that are not there."""
    coming = _sum_up(hold for hold in holds if hold.is_backorder)
    late = {pk: n for pk, n in left.items() if n and n <= coming.get(pk, 0)}
    if any(n for pk, n in left.items() if pk not in late):
        raise BadInput("More should leave than is held for this order.", code="not_held")
    if late:
        names = Variant.all_objects.select_related("product").in_bulk(list(late))
        parts = [f"{n} of {names[pk].full_name}" for pk, n in sorted(late.items())]
        has = "has" if sum(late.values()) == 1 else "have"
        raise DomainError(f"{' and '.join(parts)} {has} not arrived yet.", code="not_arrived")
