"""How the pieces held for a cart are shared between its checkout and the programs that asked.

A cart has two references. `cart:<pk>` is what its checkout keeps: the lines, to one end, made
longer once. `cart:<pk>:kept` is what programs asked to be kept beyond that, variant by variant,
each to its own end. They are two because the checkout makes its own exactly what the lines say,
and would drop pieces that are in no line yet.

A piece serves both: of a thing the cart keeps the larger of the two numbers, never their sum, and
what both ask for stays until the later end. `KeptGoods` remembers what was asked; what is really
held is only in the holds, so pieces that staff have freed are not taken anew.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Sum

from catalog.models import Hold
from catalog.services.inventory import Share
from orders.models import Cart, KeptGoods
from orders.services.cart_view import hold_references

# Variant id -> how many programs asked to keep, and until when.
Kept = Mapping[int, tuple[int, datetime]]


def shares_of(
    cart: Cart, *, lines: Mapping[int, int], until: datetime, extended: bool, kept: Kept
) -> list[Share]:
    """What to hold for a cart whose checkout keeps `lines` (variant id -> pieces) to `until`."""
    checkout, beyond = hold_references(cart)
    found = []
    for pk in sorted({*lines, *kept}):
        in_lines = lines.get(pk, 0)
        asked, end = kept.get(pk, (0, until))
        both = min(in_lines, asked)
        found += [
            Share(
                variant_id=pk,
                quantity=both,
                reference=checkout,
                expires_at=max(until, end),
                extended=extended,
            ),
            Share(
                variant_id=pk,
                quantity=in_lines - both,
                reference=checkout,
                expires_at=until,
                extended=extended,
            ),
            Share(variant_id=pk, quantity=asked - both, reference=beyond, expires_at=end),
        ]
    return [share for share in found if share.quantity]


def kept_for(carts: Collection[Cart], now: datetime) -> dict[int, tuple[int, datetime]]:
    """What programs keep for these carts now; never more than is really held."""
    found: dict[int, tuple[int, datetime]] = {}
    for row in KeptGoods.objects.filter(cart__in=carts, ended_at=None, until__gt=now):
        asked, end = found.get(row.variant_id, (0, row.until))
        found[row.variant_id] = (asked + row.quantity, max(end, row.until))
    held = pieces_held(hold_references(*carts)) if found else {}
    limited = {pk: (min(asked, held.get(pk, 0)), end) for pk, (asked, end) in found.items()}
    return {pk: (asked, end) for pk, (asked, end) in limited.items() if asked}


def pieces_held(references: Iterable[str]) -> dict[int, int]:
    """Variant id -> pieces held for these references."""
    rows = Hold.objects.filter(reference__in=list(references), state=Hold.State.ACTIVE)
    return dict(rows.order_by().values_list("item__variant_id").annotate(n=Sum("quantity")))


def is_held_already(references: Collection[str], shares: Iterable[Share]) -> bool:
    """Whether just these shares are held for the references, to the same ends."""
    now: Counter = Counter()
    rows = Hold.objects.filter(reference__in=references, state=Hold.State.ACTIVE)
    for *key, quantity in rows.values_list("reference", "item__variant_id", "expires_at", "quantity"):
        now[tuple(key)] += quantity
    wanted: Counter = Counter()
    for share in shares:
        wanted[(share.reference, share.variant_id, share.expires_at)] += share.quantity
    return now == wanted
