"""The statements that write a plan: for a thousand rows at once, whatever their number.

Runs in the transaction of `applying`, after the proof that the plan still holds. So rows are known to
fit, and nothing is asked again.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.text import slugify

from catalog.models import Product, ProductImport, ProductImportRow, Variant
from catalog.services.importing import attributes, fields
from catalog.services.importing.state import Shelves
from catalog.services.stock_counts import set_all_on_hand
from catalog.services.stock_rows import lock_items

_BATCH = 300


class Writer:
    """Writes portions of a plan in their order; `touched` are the products that are to be settled."""

    def __init__(self, product_import: ProductImport, *, actor: Any) -> None:
        self.product_import = product_import
        self.actor = actor
        self.now = timezone.now()
        self.shelves = Shelves()
        self.touched: set[int] = set()
        self._made: dict[str, int] = {}
        self._slugs: set[str] = set()
        self._last_position: dict[int, int] = {}

    def write(self, rows: Sequence[ProductImportRow]) -> None:
        self._lock(rows)
        self._make_products([row for row in rows if row.makes_product])
        for row in rows:
            row.product_id = row.product_id or self._made[row.product_key]
        self._make_variants([row for row in rows if row.kind == ProductImportRow.Kind.NEW])
        self._change_variants([row for row in rows if row.kind == ProductImportRow.Kind.CHANGED])
        self._change_products(rows)
        attributes.write(rows, side=1)
        counts = {row.variant_id: int(row.changes["stock"][1]) for row in rows if "stock" in row.changes}
        if counts:
            set_all_on_hand(counts=counts, reason=f"{self.product_import}"[:200], actor=self.actor)  # type: ignore[arg-type]
        self.touched |= {row.product_id for row in rows if row.product_id}

    def finish(self) -> None:
        """Note on the rows of new variants which they became: one statement for all of them."""
        made = Variant.objects.filter(sku=OuterRef("sku"))
        new = self.product_import.rows.filter(run=self.product_import.run, kind=ProductImportRow.Kind.NEW)
        new.update(
            variant_id=Subquery(made.values("pk")[:1]), product_id=Subquery(made.values("product")[:1])
        )

    def _lock(self, rows: Iterable[ProductImportRow]) -> None:
        """In the order in which sales lock: stock rows, variants, products."""
        lock_rows(
            [row.variant_id for row in rows if row.variant_id],
            [row.product_id for row in rows if row.product_id],
        )

    def _make_products(self, rows: list[ProductImportRow]) -> None:
        if not rows:
            return
        made = []
        taken = self._taken([_slug_base(row) for row in rows])
        for row in rows:
            product = Product(slug=self._slug(row, taken), created_by=self.actor, modified_by=self.actor)
            fields.set_product(product, row.changes, self.shelves, side=1)
            made.append(product)
        Product.objects.bulk_create(made, batch_size=_BATCH)
        # MySQL does not tell the keys of rows that were made together.
        ids = dict(
            Product.objects.filter(slug__in=[product.slug for product in made]).values_list("slug", "pk")
        )
        for row, product in zip(rows, made, strict=True):
            self._made[row.product_key] = ids[product.slug]

    def _make_variants(self, rows: list[ProductImportRow]) -> None:
        if not rows:
            return
        self._read_positions({row.product_id for row in rows if row.product_id})
        made = []
        for row in rows:
            position = self._last_position[row.product_id] = self._last_position[row.product_id] + 1  # type: ignore[index]
            variant = Variant(  # type: ignore[misc]
                product_id=row.product_id,
                sku=row.sku,
                position=position,
                created_by=self.actor,
                modified_by=self.actor,
            )
            fields.set_variant(variant, row.changes, side=1)
            made.append(variant)
        Variant.objects.bulk_create(made, batch_size=_BATCH)
        ids = dict(Variant.objects.filter(sku__in=[row.sku for row in rows]).values_list("sku", "pk"))
        for row in rows:
            row.variant_id = ids[row.sku]

    def _change_variants(self, rows: list[ProductImportRow]) -> None:
        changed = [row for row in rows if fields.VARIANT_COLUMNS & row.changes.keys()]
        fields.update_variants({row.variant_id: row.changes for row in changed}, side=1, actor=self.actor)  # type: ignore[misc]

    def _change_products(self, rows: Iterable[ProductImportRow]) -> None:
        changes: dict[int, dict[str, list[str]]] = {}
        for row in rows:
            if row.product_id and not row.makes_product and fields.PRODUCT_COLUMNS & row.changes.keys():
                changes.setdefault(row.product_id, {}).update(row.changes)
        fields.update_products(changes, self.shelves, side=1, actor=self.actor)

    def _read_positions(self, product_ids: set[int]) -> None:
        unknown = product_ids - self._last_position.keys()
        rows = Variant.objects.filter(product__in=unknown).order_by().values_list("product_id")
        self._last_position |= dict.fromkeys(unknown, -1) | dict(rows.annotate(last=Max("position")))

    def _taken(self, slugs: list[str]) -> set[str]:
        return set(Product.objects.filter(slug__in=slugs).values_list("slug", flat=True))

    def _slug(self, row: ProductImportRow, taken: set[str]) -> str:
        """The address of a new product: that of its text, or the next one that is free."""
        slug = base = _slug_base(row)
        number = 1
        while slug in taken or slug in self._slugs or (number > 1 and self._taken([slug])):
            number += 1
            slug = f"{base}-{number}"
        self._slugs.add(slug)
        return slug


def lock_rows(variant_ids: list[int], product_ids: list[int]) -> None:
    """Lock these rows in the order in which sales do."""
    lock_items(variant_ids)
    for model, ids in ((Variant, variant_ids), (Product, product_ids)):
        rows: models.QuerySet = model.all_objects.select_for_update().filter(pk__in=set(ids))
        list(rows.order_by("pk").values_list("pk"))


def _slug_base(row: ProductImportRow) -> str:
    return slugify(row.product_key.removeprefix("new:"))[:170].strip("-") or "product"
