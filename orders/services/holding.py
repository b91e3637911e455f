"""Goods kept for a shopper in the checkout: for a while, made longer once, never in their way.

A basket's goods are held for the reference `cart:<pk>`. Every question of what that basket can
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
from orders.models import Cart
from orders.services.cart_view import hold_reference, is_buyable, rows_of

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
    _hold(cart, wanted, until, extended)
    return until if wanted else None


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
    if mine.filter(extended=False).update(extended=True, expires_at=until):
        return until
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
    until, extended = _running(cart, now or timezone.now())
    if until is None:
        return
    wanted = {row.variant_id: min(row.quantity, row.free) for row in rows_of(cart) if is_buyable(row)}
    _hold(cart, wanted, until, extended)


def drop_hold(*, cart: Cart) -> None:
    """Stop keeping the cart's goods. Repeating does nothing."""
    inventory.release(reference=hold_reference(cart))


@retrying_atomic
def take_over(*, guest: Cart, target: Cart, now: datetime | None = None) -> None:
    """The merged cart keeps what the guest's had: to the earlier end, as far as it can be had."""
    now = now or timezone.now()
    running = [found for cart in (guest, target) if (found := _running(cart, now))[0]]
    ends = [until for until, _ in running if until is not None]
    if ends:
        rows = rows_of(target, guest)
        wanted = {row.variant_id: min(row.quantity, row.free) for row in rows if is_buyable(row)}
        inventory.reserve(
            quantities=wanted,
            reference=hold_reference(target),
            instead_of=[hold_reference(guest), hold_reference(target)],
            expires_at=min(ends),
            extended=any(extended for _, extended in running),
        )
    else:
        drop_hold(cart=guest)


def _hold(cart: Cart, wanted: dict[int, int], until: datetime, extended: bool) -> None:
    """Make exactly `wanted` (variant id -> pieces) be held; writes nothing when it is so."""
    held: dict[int, int] = {}
    for variant_id, quantity in _active(cart).values_list("item__variant_id", "quantity"):
        held[variant_id] = held.get(variant_id, 0) + quantity
    same_end = not _active(cart).exclude(expires_at=until).exists()
    if held == {pk: n for pk, n in wanted.items() if n} and same_end:
        return
    reference = hold_reference(cart)
    inventory.reserve(
        quantities=wanted, reference=reference, instead_of=[reference], expires_at=until, extended=extended
    )


def _running(cart: Cart, now: datetime) -> tuple[datetime | None, bool]:
    """The end of the cart's hold and whether it was made longer; None when it is over."""
    found = _active(cart).filter(expires_at__gt=now).order_by("expires_at")
    return found.values_list("expires_at", "extended").first() or (None, False)


def _active(cart: Cart) -> QuerySet[Hold]:
    return Hold.objects.filter(reference=hold_reference(cart), state=Hold.State.ACTIVE)
