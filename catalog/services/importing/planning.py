"""What each line of a file would change, without changing it.

The same planner makes the plan that staff see and, when it is applied, the proof that it still holds.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.utils.text import slugify

from catalog.models import Product
from catalog.services.importing import rows
from catalog.services.importing.columns import Columns
from catalog.services.importing.state import (
    ProductNow,
    Shelves,
    VariantNow,
    fetched_pictures,
    products_now,
    variants_now,
)

CHUNK = 1000
Line = tuple[int, list[str]]


@dataclass
class PlannedRow:
    """One line: `changes` maps fields to their texts before and after; with `errors` nothing is done."""

    line: int
    sku: str = ""
    kind: str = "unchanged"
    changes: dict[str, list[str]] = field(default_factory=dict)
    product_key: str = ""
    product_id: int | None = None
    variant_id: int | None = None
    makes_product: bool = False
    errors: list[str] = field(default_factory=list)


@dataclass
class Chunk:
    """What was looked up for some lines at once."""

    variants: dict[str, VariantNow]
    similar: dict[str, str]
    products: dict[int, ProductNow]
    by_text: dict[str, set[int]]
    pictures: set[tuple[int, str]]


class Planner:
    """Goes through a file once. Lines of one product belong together, wherever they are."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.shelves = Shelves()
        self.lines_of_skus: dict[str, int] = {}
        self.new_skus: dict[str, int] = {}
        self.new_products: set[str] = set()
        # What lines before have said of a product's own fields: the line, and a hash of the text.
        self.said: dict[str, dict[str, tuple[int, int]]] = {}
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Of everything that the plan so far would do: two plans with one digest are the same."""
        return self._hash.hexdigest()

    def plan(self, lines: Iterable[Line]) -> Iterator[list[PlannedRow]]:
        """The plan of all lines, in portions: so many queries for each, however long the file."""
        source = iter(lines)
        while portion := list(islice(source, CHUNK)):
            cells = [(line, rows.named(self.columns, texts)) for line, texts in portion]
            chunk = self._look_up([found for _, found in cells if isinstance(found, dict)])
            planned = [
                rows.plan_row(self, chunk, line, found)
                if isinstance(found, dict)
                else PlannedRow(line, errors=[found])
                for line, found in cells
            ]
            for row in planned:
                self._note(row)
            yield planned

    def _note(self, row: PlannedRow) -> None:
        if row.kind != "unchanged" and not row.errors:
            facts = [row.line, row.sku, row.kind, row.changes, row.product_key, row.variant_id]
            self._hash.update(json.dumps(facts, sort_keys=True).encode())

    def _look_up(self, cells: list[dict[str, str]]) -> Chunk:
        skus = {texts["sku"] for texts in cells}
        found = variants_now(skus=skus)
        variants = {row.sku: row for row in found}
        texts = {row["product"] for row in cells if row.get("product")}
        by_text: dict[str, set[int]] = {}
        for pk, slug, name in [
            *Product.objects.filter(slug__in={text for text in texts if slugify(text) == text}).values_list(
                "pk", "slug", "name"
            ),
            *Product.objects.filter(name__in=texts).values_list("pk", "slug", "name"),
        ]:
            for text in {slug, name.strip()}:
                by_text.setdefault(text, set()).add(pk)
        ids = {row.product_id for row in found} | {pk for group in by_text.values() for pk in group}
        pictures = fetched_pictures(ids) if "image_url" in self.columns.names else set()
        similar = {row.sku.casefold(): row.sku for row in found}
        return Chunk(variants, similar, products_now(ids, self.shelves), by_text, pictures)
