"""Goods sold outside the shop: a till or another system tells what it took, each sale once.

The reference is the guard. Its hash is unique in the database, and the lock on the stock rows
makes a repeat of the same sale wait until the first one is written.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError

from catalog.models import OutsideSale, StockItem, StockMovement, Variant
from catalog.services import stock_rows
from catalog.services.choosing import choose_sku
from catalog.services.stock_levels import OutOfStock
from catalog.services.stock_settling import settle
from ecommerce.lib.errors import DomainError, NotFound
from ecommerce.lib.transactions import retrying_atomic

_REASON = "Sold outside the shop"


class ReferenceReused(DomainError):
    """The reference names another sale: other pieces, or another thing."""

    code = "reference_reused"


def variant_to_sell(*, product_id: Any, sku: str = "") -> Variant:
    """The variant that a till means, on the shelf of the shop or not.

    Raises NotFound when there is none, and VariantNeeded when the product has several.
    """
    known = Variant.objects.select_related("product")
    found = list(known.filter(product_id=product_id, product__is_deleted=False)[:100])
    skus = [variant.sku for variant in found]
    chosen = choose_sku(skus, sku)
    if not chosen:
        field = "sku" if found else "product_id"
        raise NotFound("There is no such product.", code="unknown_product", field=field)
    return found[skus.index(chosen)]


def sell_outside(*, variant: Variant, quantity: int, reference: str, actor: Any = None) -> OutsideSale:
    """Take `quantity` free pieces off the shelf, once for each `reference`; a repeat returns the first.

    Takes from the places in use in their order. Raises ReferenceReused when the reference came
    with another variant or quantity, and OutOfStock when fewer are there that nobody was promised.
    """
    sold = {"variant": variant, "quantity": quantity, "reference": reference, "actor": actor}
    try:
        return _sell(**sold)
    except IntegrityError:
        # Somebody was faster with the same reference for another variant: now it is found.
        return _sell(**sold)


@retrying_atomic
def _sell(*, variant: Variant, quantity: int, reference: str, actor: Any) -> OutsideSale:
    items = stock_rows.in_order(stock_rows.lock_items([variant.pk]))
    key = hashlib.sha256(reference.encode()).hexdigest()
    if known := _known(key):
        if (known.variant_id, known.quantity) != (variant.pk, quantity):
            raise ReferenceReused(
                f"{reference} is {known.quantity} of {known.variant.sku} already. Use another reference.",
                field="reference",
                data={"sku": known.variant.sku, "quantity": known.quantity},
            )
        return known
    _take(variant, items, quantity, reference, actor)
    settle([variant.pk])
    return _write_down(key, variant, quantity, reference)


def _known(key: str) -> OutsideSale | None:
    return OutsideSale.objects.select_related("variant").filter(key=key).first()


def _take(variant: Variant, items: Iterable[StockItem], quantity: int, reference: str, actor: Any) -> None:
    """Take free pieces of the (locked) rows, each with its movement, or raise OutOfStock."""
    in_use = [item for item in items if item.location.is_active]
    missing = quantity
    for item in in_use:
        taken = min(item.available, missing)
        if taken > 0 and stock_rows.take(item, taken):
            kind = StockMovement.Kind.SOLD
            stock_rows.record(item, -taken, kind, reference=reference, reason=_REASON, actor=actor)
            missing -= taken
    if missing:
        free = sum(item.available for item in in_use)
        words = (
            f"Only {free} of {variant.full_name} can be taken" if free else f"No {variant.full_name} is free"
        )
        raise OutOfStock(
            f"{words}: what customers were promised stays.",
            field="quantity",
            data={"sku": variant.sku, "available": free, "requested": quantity},
        )


def _write_down(key: str, variant: Variant, quantity: int, reference: str) -> OutsideSale:
    rows = StockItem.objects.filter(variant=variant, location__is_active=True)
    on_hand, held = (sum(numbers) for numbers in zip(*rows.values_list("on_hand", "held"), strict=True))
    return OutsideSale.objects.create(
        reference=reference,
        key=key,
        variant=variant,
        quantity=quantity,
        available=on_hand - held,
        on_hand=on_hand,
        held=held,
    )
