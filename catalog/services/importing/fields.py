"""Texts of a plan set on rows; `side` 1 is what they become, 0 what they were."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import Product, Variant
from catalog.services.importing.columns import PRODUCT_FIELDS
from catalog.services.importing.state import Shelves
from ecommerce.lib.bulk import update_rows

Changes = Mapping[str, list[str]]

PRODUCT_COLUMNS = frozenset(PRODUCT_FIELDS)
VARIANT_COLUMNS = frozenset({"price", "compare_at_price", "weight_grams"})


def set_variant(variant: Variant, changes: Changes, *, side: int) -> None:
    texts = {name: pair[side] for name, pair in changes.items()}
    if "price" in texts:
        variant.price = Decimal(texts["price"])
    if "compare_at_price" in texts:
        text = texts["compare_at_price"]
        variant.compare_at = Decimal(text) if text else None
    if "weight_grams" in texts:
        variant.weight_grams = int(texts["weight_grams"])


def set_product(product: Product, changes: Changes, shelves: Shelves, *, side: int) -> None:
    texts = {name: pair[side] for name, pair in changes.items()}
    if "name" in texts:
        product.name = texts["name"]
    if "description" in texts:
        product.description = texts["description"]
    if "category" in texts:
        product.category_id = shelves.category_id(texts["category"])
    if "store" in texts:
        product.store_id = shelves.store_id(texts["store"])
    if "published" in texts:
        states = Product.Status
        product.status = states.PUBLISHED if texts["published"] == "yes" else states.DRAFT


def update_variants(changes: Mapping[int, Changes], *, side: int, actor: Any) -> None:
    """Write these changes (by variant id) and who made them."""
    found = list(Variant.objects.filter(pk__in=changes.keys()))
    for variant in found:
        set_variant(variant, changes[variant.pk], side=side)
        variant.modified_by, variant.modified_at = actor, timezone.now()
    names = ["price", "compare_at", "weight_grams", "modified_by", "modified_at"]
    update_rows(found, Variant.objects.all(), names)


def update_products(changes: Mapping[int, Changes], shelves: Shelves, *, side: int, actor: Any) -> None:
    """Write these changes (by product id) and who made them."""
    found = list(Product.objects.filter(pk__in=changes.keys()))
    for product in found:
        set_product(product, changes[product.pk], shelves, side=side)
        product.modified_by, product.modified_at = actor, timezone.now()
    names = ["name", "description", "category", "store", "status", "modified_by", "modified_at"]
    update_rows(found, Product.objects.all(), names)
