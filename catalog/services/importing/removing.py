"""Variants and products that an import made go again: softly, as everywhere, and many at once."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from catalog.models import Product, ProductImport, ProductImportRow, Variant
from catalog.services.importing.planning import CHUNK
from ecommerce.lib.bulk import update_rows


def last_variants_of(row: ProductImport, product_ids: Iterable[int]) -> set[int]:
    """Products, not made by this import, of which it made every variant that is still there."""
    ids = set(product_ids)
    made = row.rows.filter(run=row.run, makes_product=True, product__in=ids).values_list("product", flat=True)
    mine = ProductImportRow.objects.filter(
        product_import=row, run=row.run, kind=ProductImportRow.Kind.NEW, variant=OuterRef("pk")
    )
    others = Variant.objects.filter(~Exists(mine), product__in=ids).values_list("product", flat=True)
    return ids - set(made) - set(others)


def remove_empty_products(row: ProductImport, *, actor: Any) -> set[int]:
    """Delete the products that this import made and that have no variant left; returns their ids."""
    there = Variant.objects.filter(product=OuterRef("pk"))
    made = row.rows.filter(run=row.run, makes_product=True).values("product")
    empty = list(Product.objects.filter(~Exists(there), pk__in=made).values_list("pk", flat=True))
    for start in range(0, len(empty), CHUNK):
        remove(Product, empty[start : start + CHUNK], actor=actor)
    return set(empty)


def remove(model: type[Product] | type[Variant], ids: list[int], *, actor: Any) -> None:
    """Mark rows deleted, each with a token of its own, which frees its unique keys."""
    rows = list(model.objects.filter(pk__in=ids))
    for row in rows:
        row.is_deleted, row.deletion_token = True, uuid.uuid4().hex
        row.modified_by, row.modified_at = actor, timezone.now()
    names = ["is_deleted", "deletion_token", "modified_by", "modified_at"]
    update_rows(rows, model.all_objects.all(), names)
