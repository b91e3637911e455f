"""Goods kept for a shopper in the checkout: for a while, made longer once, never in their way.

A basket's goods are held for the reference `cart:<pk>`, besides what programs keep for it
(`hold_shares` says how the two share the pieces). Every question of what that basket can
have counts its own holds as free. A hold whose time is over keeps its goods until the sweep
ends it, so nobody else can have been promised them while the shopper still pays.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Hold, StoreSettings
from catalog.services import inventory
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart, KeptGoods
from orders.models.cart import MAX_QUANTITY
from orders.services.cart_view import hold_reference, hold_references, is_buyable, rows_of
from orders.services.hold_shares import is_held_already, kept_for, shares_of

__all__ = ["adjust_hold", "drop_hold", "extend_hold", "held_until", "hold_cart", "hold_reference"]


@retrying_atomic
def hold_cart(*, cart: Cart, now: datetime | None = None) -> datetime | None:
    """Keep the cart's goods for its shopper; returns until when, None for a cart without goods.

    Repeating keeps the first end and adjusts the pieces to the cart's lines; when the time was
    over, it starts anew with what is left. Raises OutOfStock, in words, when something of the
    cart cannot be had; what was held before then stays so.
    """
    now = now or timezone.now()
    cart = Cart.objects.select_for_update().get(pk=cart.pk)
    if cart.status != Cart.Status.OPEN:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
    until, extended = _running(cart, now)
    if until is None:
        until = now + timedelta(minutes=StoreSettings.current().hold_minutes)
    wanted = {row.variant_id: row.quantity for row in rows_of(cart) if is_buyable(row)}
    return _hold(cart, wanted, until, extended, now)


@retrying_atomic
def extend_hold(*, cart: Cart, now: datetime | None = None) -> datetime:
    """Keep the goods longer, once: as long again, from now on. Returns the new end.

    Raises DomainError `hold_extended` the second time, and `hold_over` when nothing is held.
    The condition is part of the UPDATE: of two presses at once, one counts.
    """
    now = now or timezone.now()
    until = now + timedelta(minutes=StoreSettings.current().hold_minutes)
    Cart.objects.select_for_update().get(pk=cart.pk)
    mine = _active(cart).filter(expires_at__gt=now)
    if mine.filter(extended=False).update(extended=True):
        # What a program keeps until later stays so.
        mine.filter(expires_at__lt=until).update(expires_at=until)
        return _running(cart, now)[0] or until
    if mine.exists():
        raise DomainError(
            "We have kept your things longer once already; that is as long as we can.", code="hold_extended"
        )
    raise DomainError("The time is over: your things are not kept any more.", code="hold_over")


def held_until(cart: Cart, *, now: datetime | None = None) -> datetime | None:
    """Until when the cart's goods are kept; None when they are not (any more)."""
    return _running(cart, now or timezone.now())[0]


@retrying_atomic
def adjust_hold(*, cart: Cart, now: datetime | None = None) -> None:
    """After the cart's lines changed: hold what they say now. Does nothing when nothing is held."""
    now = now or timezone.now()
    until, extended = _running(cart, now)
    if until is None:
        return
    wanted = {row.variant_id: min(row.quantity, row.free) for row in rows_of(cart) if is_buyable(row)}
    _hold(cart, wanted, until, extended, now)


@retrying_atomic
def drop_hold(*, cart: Cart) -> None:
    """Stop keeping the cart's goods, also what programs asked for. Repeating does nothing."""
    KeptGoods.objects.filter(cart=cart, ended_at=None).update(ended_at=timezone.now())
    for reference in hold_references(cart):
        inventory.release(reference=reference)


@retrying_atomic
def take_over(*, guest: Cart, target: Cart, now: datetime | None = None) -> None:
    """The merged cart keeps what the guest's had: to the earlier end, as far as it can be had.

    What programs keep for the two goes over as it is.
    """
    now = now or timezone.now()
    running = [found for cart in (guest, target) if (found := _running(cart, now))[0]]
    ends = [until for until, _ in running if until is not None]
    kept = kept_for([guest, target], now)
    wanted: dict[int, int] = {}
    if ends:
        rows = rows_of(target, guest)
        wanted = {row.variant_id: min(row.quantity, row.free) for row in rows if is_buyable(row)}
    if ends or kept:
        shares = shares_of(
            target,
            lines=wanted,
            until=min(ends, default=now),
            extended=any(extended for _, extended in running),
            kept=kept,
        )
        inventory.reserve_shares(shares=shares, instead_of=hold_references(guest, target))
        _carry_over(guest, target, now)
    else:
        drop_hold(cart=guest)


def _carry_over(guest: Cart, target: Cart, now: datetime) -> None:
    """What was asked to be kept for the guest's cart is asked for the other: more of it, the later end."""
    there = {row.variant_id: row for row in KeptGoods.objects.filter(cart=target)}
    for row in KeptGoods.objects.filter(cart=guest, ended_at=None, until__gt=now):
        other = there.get(row.variant_id)
        if other is not None and other.is_running(now):
            other.quantity = min(other.quantity + row.quantity, MAX_QUANTITY)
            other.since, other.until = min(other.since, row.since), max(other.until, row.until)
            other.save(update_fields=["quantity", "since", "until"])
            continue
        if other is not None:
            other.delete()
        KeptGoods.objects.filter(pk=row.pk).update(cart=target)


def _hold(
    cart: Cart, wanted: dict[int, int], until: datetime, extended: bool, now: datetime
) -> datetime | None:
    """Make exactly `wanted` (variant id -> pieces) be held; writes nothing when it is so.

    Returns until when; what programs keep longer does not make the rest longer.
    """
    kept = kept_for([cart], now)
    if kept:
        until = min(until, now + timedelta(minutes=StoreSettings.current().hold_minutes))
    shares = shares_of(cart, lines=wanted, until=until, extended=extended, kept=kept)
    references = hold_references(cart)
    if not is_held_already(references, shares):
        inventory.reserve_shares(shares=shares, instead_of=references)
    mine = [share.expires_at for share in shares if share.reference == hold_reference(cart)]
    return min((end for end in mine if end), default=None)


def _running(cart: Cart, now: datetime) -> tuple[datetime | None, bool]:
    """The end of the cart's hold and whether it was made longer; None when it is over."""
    found = _active(cart).filter(expires_at__gt=now).order_by("expires_at")
    return found.values_list("expires_at", "extended").first() or (None, False)


def _active(cart: Cart) -> QuerySet[Hold]:
    return Hold.objects.filter(reference=hold_reference(cart), state=Hold.State.ACTIVE)
