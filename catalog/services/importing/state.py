"""What the catalogue says now, as the texts a file would hold: the old side of every change."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from catalog.models import (
    AttributeValue,
    Category,
    Product,
    ProductImportPicture,
    StockItem,
    Store,
    Variant,
)
from catalog.services.importing.cells import show_money
from catalog.services.importing.columns import ATTRIBUTE

# Between the values of one attribute, of which a variant may have several.
SEVERAL = " | "


@dataclass
class ProductNow:
    pk: int
    slug: str
    texts: dict[str, str]

    def is_called(self, text: str) -> bool:
        return text in (self.slug, self.texts["name"].strip())


@dataclass
class VariantNow:
    pk: int
    sku: str
    product_id: int
    name: str
    texts: dict[str, str]
    held: int = 0
    # As its name is made of them, in their order.
    value_names: list[str] = field(default_factory=list)


class Shelves:
    """Categories and stores, which are few: read once, found by what staff call them."""

    def __init__(self) -> None:
        rows = Category.all_objects.without_tree_fields().order_by("pk")
        found = {row[0]: row for row in rows.values_list("pk", "name", "parent_id", "slug", "is_deleted")}
        self.path = {pk: _path(pk, found) for pk in found}
        self._categories: dict[str, set[int]] = defaultdict(set)
        for pk, name, _, slug, is_deleted in found.values():
            if not is_deleted:
                for text in (self.path[pk], name, slug):
                    self._categories[_spaced(text)].add(pk)
        self.store: dict[int, str] = {}
        self._stores: dict[str, set[int]] = defaultdict(set)
        for pk, name, slug, is_deleted in Store.all_objects.values_list("pk", "name", "slug", "is_deleted"):
            self.store[pk] = slug
            for text in () if is_deleted else (name, slug):
                self._stores[text.strip().casefold()].add(pk)
        self.only_store = next(iter(kept)) if len(kept := set().union(*self._stores.values())) == 1 else None

    def category_id(self, text: str) -> int:
        """The category of this path, name or address. Raises ValueError in words."""
        found = self._categories.get(_spaced(text), set())
        whole = {pk for pk in found if _spaced(self.path[pk]) == _spaced(text)}
        return _one(whole or found, "category", text)

    def shown_category(self, text: str) -> str:
        """The path of the category that this text means. Raises ValueError when it is not its own alone."""
        path = self.path[self.category_id(text)]
        self.category_id(path)
        return path

    def store_id(self, text: str) -> int:
        """The store of this name or address. Raises ValueError in words."""
        return _one(self._stores.get(text.strip().casefold(), set()), "store", text)


def products_now(ids: Collection[int], shelves: Shelves) -> dict[int, ProductNow]:
    """These products that are not deleted, by id."""
    fields = ("pk", "slug", "name", "category_id", "store_id", "description", "status")
    found = {}
    for pk, slug, name, category, store, description, status in Product.objects.filter(
        pk__in=ids
    ).values_list(*fields):
        texts = {
            "name": name,
            "category": shelves.path.get(category, ""),
            "store": shelves.store.get(store, ""),
            "description": description,
            "published": "yes" if status == Product.Status.PUBLISHED else "no",
        }
        found[pk] = ProductNow(pk, slug, texts)
    return found


def variants_now(
    *, skus: Collection[str] | None = None, ids: Collection[int] = (), product_ids: Collection[int] = ()
) -> list[VariantNow]:
    """The variants with these SKUs (as the database compares them), ids or products, in four queries."""
    rows = Variant.objects.order_by("product_id", "position", "pk")
    if skus is not None:
        rows = rows.filter(sku__in=skus)
    else:
        rows = rows.filter(pk__in=ids) if ids else rows.filter(product__in=product_ids)
    fields = ("pk", "sku", "product_id", "name", "price", "compare_at", "weight_grams")
    found = {}
    for pk, sku, product_id, name, price, compare_at, weight in rows.values_list(*fields):
        texts = {
            "price": show_money(price),
            "compare_at_price": show_money(compare_at),
            "weight_grams": str(weight),
            "stock": "0",
        }
        found[pk] = VariantNow(pk, sku, product_id, name, texts)
    _fill_stock(found)
    _fill_attributes(found)
    return list(found.values())


def fetched_pictures(product_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Which addresses a product's pictures were fetched from, of those that are still there."""
    done = ProductImportPicture.objects.filter(
        product_id__in=list(product_ids), state=ProductImportPicture.State.DONE, image__is_deleted=False
    )
    return set(done.values_list("product_id", "url"))


def _fill_stock(found: dict[int, VariantNow]) -> None:
    rows = StockItem.objects.filter(variant__in=list(found), location__code="main")
    for variant_id, on_hand, held in rows.values_list("variant_id", "on_hand", "held"):
        found[variant_id].texts["stock"] = str(on_hand)
        found[variant_id].held = held


def _fill_attributes(found: dict[int, VariantNow]) -> None:
    links = Variant.values.through.objects.filter(variant__in=list(found))
    pairs = list(links.values_list("variant_id", "attributevalue_id"))
    values = AttributeValue.objects.select_related("attribute")
    rows = {row.pk: row for row in values.filter(pk__in={value for _, value in pairs})}
    order = {pk: index for index, pk in enumerate(rows)}
    several: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for variant_id, value_id in sorted(pairs, key=lambda pair: order[pair[1]]):
        value = rows[value_id]
        several[variant_id][ATTRIBUTE + value.attribute.code].append(value.value)
        found[variant_id].value_names.append(value.value)
    for variant_id, columns in several.items():
        found[variant_id].texts |= {name: SEVERAL.join(texts) for name, texts in columns.items()}


def _path(pk: int, rows: dict[int, tuple]) -> str:
    names: list[str] = []
    seen: set[int] = set()
    current: int | None = pk
    while current is not None and current in rows and current not in seen:
        seen.add(current)
        names.insert(0, rows[current][1])
        current = rows[current][2]
    return " > ".join(names)


def _spaced(path: str) -> str:
    return " > ".join(part.strip() for part in path.casefold().split(">"))


def _one(found: set[int], what: str, text: str) -> int:
    if not found:
        raise ValueError(f"There is no {what} “{text[:80]}”. Make it first, or correct the name.")
    if len(found) > 1:
        raise ValueError(f"There are several of the name “{text[:80]}”. Enter the {what}'s address (slug).")
    return next(iter(found))
