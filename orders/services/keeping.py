"""Keeping pieces because a program asks: for a cart, or for somebody on the phone.

For a cart they are the cart's own, whether a line has them yet or not (`hold_shares`): its shopper
is never hindered by them, ordering uses them up, emptying the cart ends them, signing in takes
them along. Shoppers get at most the merchant's `hold_minutes` at a time, and twice that from the
first time they ask; then the pieces have to be free before they can ask anew. Staff say how long,
up to a day.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from catalog.models import Hold, StoreSettings, Variant
from catalog.services import inventory
from ecommerce.lib.errors import DomainError, NotFound
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart, KeptGoods
from orders.services.cart_view import hold_reference, hold_references
from orders.services.hold_shares import shares_of

LONGEST_FOR_STAFF = timedelta(days=1)


@retrying_atomic
def keep(
    *,
    variant: Variant,
    quantity: int,
    cart: Cart | None,
    seconds: int | None = None,
    by: Any = None,
    now: datetime | None = None,
) -> KeptGoods:
    """Keep so many pieces for `cart`, or for nobody but who knows the answer's `hold_id`.

    Asking again for the same cart and variant changes that: its pieces and its end. `seconds` is cut
    to what is allowed; None is as long as the checkout keeps things. `by` is who of the staff asks,
    None for the shopper. Raises OutOfStock when fewer can be had, `hold_over` when the shopper's
    time is used up, and NotFound when the cart is not open any more; then all is as it was.
    """
    now = now or timezone.now()
    if cart is None:
        until = now + _for_staff(seconds)
        kept = KeptGoods(variant=variant, quantity=quantity, since=now, until=until, created_by=by)
        inventory.reserve(quantities={variant.pk: quantity}, reference=kept.own_reference, expires_at=until)
        # After the stock: its foreign key locks the variant, which whoever changes stock locks last.
        kept.save()
        return kept
    _lock_open(cart)
    known = KeptGoods.objects.filter(cart=cart, variant=variant).first()
    if by:
        since, until = now, now + _for_staff(seconds)
    elif known and known.created_by and known.is_running(now) and quantity <= known.quantity:
        # No shop's program shortens what staff promised, only because it asks for the same again.
        since, until, by = known.since, known.until, known.created_by
    else:
        since, until = _for_shopper(known, cart, variant, seconds, now)
    _share(cart, variant, {variant.pk: (quantity, until)}, now)
    kept, _ = KeptGoods.objects.update_or_create(
        cart=cart,
        variant=variant,
        defaults={"quantity": quantity, "since": since, "until": until, "ended_at": None, "created_by": by},
    )
    return kept


@retrying_atomic
def let_go(*, kept: KeptGoods, now: datetime | None = None) -> None:
    """Stop keeping them before the time is over; what the checkout keeps stays. Repeating does nothing."""
    now = now or timezone.now()
    if kept.cart is not None:
        Cart.objects.select_for_update().get(pk=kept.cart.pk)
    if not KeptGoods.objects.filter(pk=kept.pk, ended_at=None).update(ended_at=now):
        return
    if kept.cart is None:
        inventory.release(reference=kept.own_reference)
    else:
        _share(kept.cart, kept.variant, {}, now)


def _lock_open(cart: Cart) -> None:
    status = Cart.objects.select_for_update().get(pk=cart.pk).status
    if status != Cart.Status.OPEN:
        raise NotFound("There is no such basket, or it has been ordered already.", code="unknown_cart")


def _for_staff(seconds: int | None) -> timedelta:
    return min(_usual() if seconds is None else _span(seconds), LONGEST_FOR_STAFF)


def _for_shopper(
    known: KeptGoods | None, cart: Cart, variant: Variant, seconds: int | None, now: datetime
) -> tuple[datetime, datetime]:
    """When the shopper's time began, and until when it lasts if they ask now."""
    usual, since = _usual(), now
    if known is not None:
        if known.since + 2 * usual > now:
            since = known.since
        elif _held(cart, variant):
            raise DomainError(
                f"We have kept {variant.full_name} for you as long as we can: order now, or ask again later.",
                code="hold_over",
            )
    wanted = usual if seconds is None else _span(seconds)
    return since, min(now + min(wanted, usual), since + 2 * usual)


def _usual() -> timedelta:
    return timedelta(minutes=StoreSettings.current().hold_minutes)


def _span(seconds: int) -> timedelta:
    """Also for numbers that no calendar has room for."""
    return timedelta(seconds=min(seconds, LONGEST_FOR_STAFF.total_seconds()))


def _held(cart: Cart, variant: Variant) -> list[tuple[str, int, datetime | None, bool]]:
    """What is held of one variant for a cart: reference, pieces, end, and whether made longer."""
    rows = Hold.objects.filter(
        reference__in=hold_references(cart), item__variant=variant, state=Hold.State.ACTIVE
    )
    return list(rows.values_list("reference", "quantity", "expires_at", "extended"))


def _share(cart: Cart, variant: Variant, kept: dict[int, tuple[int, datetime]], now: datetime) -> None:
    """Hold `kept` of one variant beside what the cart's checkout keeps of it."""
    checkout = [row for row in _held(cart, variant) if row[0] == hold_reference(cart)]
    ends = [end for _, _, end, _ in checkout if end]
    shares = shares_of(
        cart,
        lines={variant.pk: sum(quantity for _, quantity, _, _ in checkout)},
        # One that was made longer by an earlier request goes back to what the checkout gives.
        until=min([*ends, now + _usual()]),
        extended=any(extended for *_, extended in checkout),
        kept=kept,
    )
    inventory.reserve_shares(shares=shares, instead_of=hold_references(cart), variant_ids=[variant.pk])
