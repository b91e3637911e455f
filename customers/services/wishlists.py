"""Saved things: saving and taking out, taking a guest's list along, sharing.

Whoever writes to a list locks its row first, and then tells the customer's own row which products
are saved (`User.saved_products`), so that the hearts of every page cost no query.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from catalog.models import Product, Variant
from customers.models import User, Wishlist, WishlistItem
from customers.models.wishlist import new_token
from ecommerce.lib.errors import DomainError, NotFound
from ecommerce.lib.transactions import retrying_atomic

MAX_ITEMS = 200
# A guest's session has ended long before.
GUESTS_KEPT = timedelta(days=60)


@retrying_atomic
def save_product(
    *, wishlist: Wishlist | None, customer: User | None, product_id: int, sku: str = ""
) -> tuple[Wishlist, Product]:
    """Save a product, and the variant `sku` of it; one that is saved already stays where it is.

    Opens a list when `wishlist` is None. Raises NotFound for a product that is not on the shelf,
    and DomainError `wishlist_full`; then no list is opened either.
    """
    product = Product.objects.published().filter(pk=product_id).first()
    if product is None:
        raise NotFound("We do not sell this any more.", code="unknown_product")
    wishlist = _lock(wishlist or _open(customer))
    saved = wishlist.items.values_list("product_id", flat=True)
    if product.pk not in saved and len(saved) >= MAX_ITEMS:
        raise DomainError(
            f"Your list has {len(saved)} things, and more do not fit. Take something out first.",
            code="wishlist_full",
        )
    variant = Variant.objects.live().filter(product=product, sku=sku).first() if sku else None
    item, is_new = wishlist.items.get_or_create(product=product, defaults={"variant": variant})
    if variant and not is_new:
        WishlistItem.objects.filter(pk=item.pk).update(variant=variant)
    _note(wishlist)
    return wishlist, product


@retrying_atomic
def remove_product(*, wishlist: Wishlist, product_id: int) -> str:
    """Take a product out, on the shelf or not, and return its name; "" when it was not saved."""
    wishlist = _lock(wishlist)
    item = wishlist.items.select_related("product").filter(product_id=product_id).first()
    if item is None:
        return ""
    item.delete()
    _note(wishlist)
    return item.product.name


@retrying_atomic
def merge_wishlists(*, guest: Wishlist, customer: User) -> Wishlist:
    """Take a guest's list along into the customer's: all of both, even above the usual limit.

    A list that belongs to somebody is left alone. A link that the guest shared goes on working,
    unless the customer has one already.
    """
    target = _open(customer)
    rows = Wishlist.objects.select_for_update().filter(pk__in=[guest.pk, target.pk]).order_by("pk")
    lists = {row.pk: row for row in rows}
    mine = lists.get(guest.pk)
    if mine is None or mine.customer_id is not None:
        return target
    known = set(target.items.values_list("product_id", flat=True))
    mine.items.exclude(product_id__in=known).update(wishlist=target)
    mine.delete()
    if mine.share_token:
        Wishlist.objects.filter(pk=target.pk, share_token=None).update(share_token=mine.share_token)
    _note(target)
    return target


@retrying_atomic
def share(*, wishlist: Wishlist) -> None:
    """Give the list a link with which others can look at it; repeating keeps the link."""
    Wishlist.objects.filter(pk=wishlist.pk, share_token=None).update(share_token=new_token())


@retrying_atomic
def stop_sharing(*, wishlist: Wishlist) -> None:
    """The link leads nowhere from now on; a later one is another."""
    Wishlist.objects.filter(pk=wishlist.pk).update(share_token=None)


def product_ids_of(wishlist: Wishlist) -> list[int]:
    """The saved products, the newest first."""
    return list(wishlist.items.values_list("product_id", flat=True))


def forget_guests(*, now: datetime) -> int:
    """Remove the lists of guests who have not written to them for long; returns how many."""
    old = Wishlist.objects.filter(customer=None, modified_at__lte=now - GUESTS_KEPT)
    return old.delete()[1].get("customers.Wishlist", 0)


def _open(customer: User | None) -> Wishlist:
    if customer is None:
        return Wishlist.objects.create()
    return Wishlist.objects.get_or_create(customer=customer)[0]


def _lock(wishlist: Wishlist) -> Wishlist:
    """Lock the list's row. Raises NotFound when it went into a customer's meanwhile."""
    locked = Wishlist.objects.select_for_update().filter(pk=wishlist.pk).first()
    if locked is None:
        raise NotFound("This list is not there any more. Please load the page again.")
    return locked


def _note(wishlist: Wishlist) -> None:
    """The list has changed: remember when, and what is on it now."""
    Wishlist.objects.filter(pk=wishlist.pk).update(modified_at=timezone.now())
    if wishlist.customer_id is not None:
        User.objects.filter(pk=wishlist.customer_id).update(saved_products=product_ids_of(wishlist))
