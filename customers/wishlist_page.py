"""What the page of saved things shows, read with two queries whatever their number."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from catalog.models import Product, Variant
from catalog.services.stock_levels import level_fields
from customers.models import Wishlist, WishlistItem


@dataclass(frozen=True)
class SavedThing:
    """A saved product as it can be had today. `variant` is what the basket would get, None when it
    has to be chosen first; `words` say why it cannot go into the basket, "" when it can."""

    item: WishlistItem
    variant: Variant | None
    words: str
    is_gone: bool = False

    @property
    def product(self) -> Product:
        return self.item.product

    @property
    def name(self) -> str:
        """The product's name, with the variant's when that was saved."""
        named = self.item.variant if self.item.variant_id else None
        return f"{self.product.name}, {named.name}" if named and named.name else self.product.name

    @property
    def url(self) -> str:
        return self.variant.get_absolute_url() if self.variant else self.product.get_absolute_url()


def saved_things(wishlist: Wishlist | None) -> list[SavedThing]:
    """The list's things, the newest first, also those that are sold out or gone."""
    if wishlist is None:
        return []
    items = list(wishlist.items.select_related("product__category", "variant"))
    offers: dict[int, list[Variant]] = defaultdict(list)
    rows: Any = Variant.objects.live().filter(product__in=[item.product_id for item in items])
    for variant in rows.select_related("product", "image").annotate(**level_fields()):
        offers[variant.product_id].append(variant)
    return [_as_it_is_today(item, offers[item.product_id]) for item in items]


def _as_it_is_today(item: WishlistItem, offers: list[Variant]) -> SavedThing:
    product = item.product
    if not product.is_live() or product.status != Product.Status.PUBLISHED or not offers:
        return SavedThing(item, None, "We do not sell this any more.", is_gone=True)
    chosen = next((offer for offer in offers if offer.pk == item.variant_id), None)
    if chosen is None and item.variant_id is None and len(offers) == 1:
        chosen = offers[0]
    if chosen is None and any(_left(offer) for offer in offers):
        return SavedThing(item, None, "")
    if chosen is None or not _left(chosen):
        return SavedThing(item, chosen, "Sold out just now.")
    return SavedThing(item, chosen, "")


def _left(offer: Any) -> bool:
    return bool(max(offer.ready, 0) + offer.later > 0)
