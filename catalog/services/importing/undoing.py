"""The way back: what an import changed is put back where nothing else has changed it since.

A line is put back whole or, with the reason, not at all; lines do not depend on each other.
"""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from catalog.models import ProductImport, ProductImportRow, Variant
from catalog.services.editing import settle_products
from catalog.services.importing import attributes, fields, pictures, removing
from catalog.services.importing.applying import portions
from catalog.services.importing.planning import CHUNK
from catalog.services.importing.state import ProductNow, Shelves, VariantNow, products_now, variants_now
from catalog.services.importing.writing import lock_rows
from catalog.services.stock_counts import set_all_on_hand
from ecommerce.lib.bulk import update_rows
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
def undo(import_id: int) -> bool:
    """Undo an import that waits for it, in one transaction. False when there was nothing to do."""
    waiting = ProductImport.objects.select_for_update().filter(state=ProductImport.State.UNDOING)
    row = waiting.filter(pk=import_id).first()
    if row is None:
        return False
    way_back = _WayBack(row)
    for portion in portions(row.rows.filter(run=row.run)):
        way_back.go(portion)
    way_back.finish()
    row.state, row.state_since = ProductImport.State.UNDONE, timezone.now()
    row.save(update_fields=["state", "state_since"])
    return True


class _WayBack:
    def __init__(self, row: ProductImport) -> None:
        self.row = row
        self.actor: Any = row.undone_by
        self.shelves = Shelves()
        self.touched: set[int] = set()

    def go(self, rows: Sequence[ProductImportRow]) -> None:
        """Put back what of these rows can be, and say of the others why not."""
        variant_ids = [row.variant_id for row in rows if row.variant_id]
        product_ids = [row.product_id for row in rows if row.product_id]
        lock_rows(variant_ids, product_ids)
        variants = {now.pk: now for now in variants_now(ids=variant_ids)}
        products = products_now(set(product_ids), self.shelves)
        last_ones = removing.last_variants_of(self.row, product_ids)
        for row in rows:
            product_id = row.product_id or 0
            row.undo_words = self._objection(
                row, variants.get(row.variant_id or 0), products.get(product_id), product_id in last_ones
            )[:300]
            row.undo = ProductImportRow.Undo.KEPT if row.undo_words else ProductImportRow.Undo.DONE
        self._put_back([row for row in rows if not row.undo_words])
        update_rows(rows, ProductImportRow.objects.all(), ["undo", "undo_words"])

    def finish(self) -> None:
        """Products that the import made and that have no variant left go; all others are settled."""
        self.touched |= removing.remove_empty_products(self.row, actor=self.actor)
        pictures.take_back(self.row, actor=self.actor)
        touched = sorted(self.touched)
        for start in range(0, len(touched), CHUNK):
            settle_products(*touched[start : start + CHUNK])

    def _objection(
        self, row: ProductImportRow, variant: VariantNow | None, product: ProductNow | None, is_last: bool
    ) -> str:
        """Why a line stays as it is; empty when it can be put back."""
        if variant is None or product is None:
            return "It was deleted since."
        texts = {**variant.texts, **product.texts}
        for name, (before, then) in row.changes.items():
            if name != "image_url" and texts.get(name, "").strip() != then.strip():
                return f"{name} has been changed since: it is “{texts.get(name, '')[:60]}” now."
            if name in ("category", "store") and before and not self._is_there(name, before):
                return f"The {name} “{before[:60]}” is not there any more."
        if row.kind == ProductImportRow.Kind.NEW and variant.held:
            return f"{variant.held} of it are promised to customers."
        if row.kind == ProductImportRow.Kind.NEW and is_last:
            return "Its product has no other variant by now."
        if row.changes.get("stock", [""])[0] and int(row.changes["stock"][0]) < variant.held:
            return f"{variant.held} are promised to customers, more than there were."
        return ""

    def _is_there(self, name: str, text: str) -> bool:
        find = self.shelves.category_id if name == "category" else self.shelves.store_id
        try:
            return bool(find(text))
        except ValueError:
            return False

    def _put_back(self, rows: Sequence[ProductImportRow]) -> None:
        new = [row for row in rows if row.kind == ProductImportRow.Kind.NEW]
        changed = [row for row in rows if row.kind == ProductImportRow.Kind.CHANGED]
        ids = {row.variant_id: row.changes for row in changed if fields.VARIANT_COLUMNS & row.changes.keys()}
        fields.update_variants(ids, side=0, actor=self.actor)  # type: ignore[arg-type]
        products: dict[int, dict[str, list[str]]] = {}
        for row in rows:
            if row.product_id and not row.makes_product and fields.PRODUCT_COLUMNS & row.changes.keys():
                products.setdefault(row.product_id, {}).update(row.changes)
        fields.update_products(products, self.shelves, side=0, actor=self.actor)
        attributes.write(changed, side=0)
        counts = {row.variant_id: int(row.changes["stock"][0]) for row in changed if "stock" in row.changes}
        # What lies there of a variant that goes is counted as gone, so that the ledger stays true.
        counts |= {row.variant_id: 0 for row in new if "stock" in row.changes}
        if counts:
            reason = f"Undone: {self.row}"[:200]
            set_all_on_hand(counts=counts, reason=reason, actor=self.actor)  # type: ignore[arg-type]
        removing.remove(Variant, [row.variant_id for row in new if row.variant_id], actor=self.actor)
        self.touched |= {row.product_id for row in rows if row.product_id}
