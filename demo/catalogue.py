"""The example shop's catalogue, read from the TOML files in ``catalogue/`` and checked.

``load()`` is the only thing a caller needs; the records it returns are described in ``model``.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from demo.entries import read_product
from demo.model import (
    PICTURE_SUFFIXES,
    PICTURE_WIDTHS,
    Catalogue,
    CatalogueError,
    DemoCategory,
    DemoPicture,
    DemoProduct,
    DemoStore,
    DemoVariant,
)

__all__ = [
    "PICTURE_SUFFIXES",
    "PICTURE_WIDTHS",
    "Catalogue",
    "CatalogueError",
    "DemoCategory",
    "DemoPicture",
    "DemoProduct",
    "DemoStore",
    "DemoVariant",
    "load",
]

FOLDER = Path(__file__).parent / "catalogue"
HUES = (15, 65, 95, 135, 235, 300)
_NOT_PRODUCTS = ("stores.toml", "categories.toml")


@cache
def load() -> Catalogue:
    """Read and check the whole catalogue.

    Raises CatalogueError when an entry is incomplete, misspelt, used twice or refers to a store
    or category that does not exist.
    """
    stores = tuple(_stores(_read(FOLDER / "stores.toml")))
    categories = tuple(_categories(_read(FOLDER / "categories.toml")))
    shelves = {category.slug for category in categories if category.parent}
    products = [
        read_product(entry=entry, stores={store.slug for store in stores}, categories=shelves)
        for path in sorted(FOLDER.glob("*.toml"))
        if path.name not in _NOT_PRODUCTS
        for entry in _read(path).get("product", [])
    ]
    _all_different("store", (store.slug for store in stores))
    _all_different("category", (category.slug for category in categories))
    _all_different("product key", (product.key for product in products))
    _all_different("product name", (product.name for product in products))
    _all_different("rank", (str(product.rank) for product in products))
    _all_different("SKU", (variant.sku for product in products for variant in product.variants))
    _all_different("picture", (view.stem for product in products for view in product.pictures))
    unused = shelves - {product.category for product in products}
    if unused:
        raise CatalogueError(f"categories without products: {', '.join(sorted(unused))}")
    products.sort(key=lambda product: product.rank)
    return Catalogue(stores=stores, categories=categories, products=tuple(products))


def _read(path: Path) -> dict[str, Any]:
    try:
        # Prices stay exact: a TOML number with a point never passes through a binary float.
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise CatalogueError(f"{path.name}: {fault}") from fault


def _stores(document: dict[str, Any]) -> Iterator[DemoStore]:
    for entry in document["store"]:
        try:
            yield DemoStore(**entry)
        except TypeError as fault:
            raise CatalogueError(f"store {entry.get('slug')}: {fault}") from fault


def _categories(document: dict[str, Any]) -> Iterator[DemoCategory]:
    """Each top category is followed by its subcategories."""
    for entry in document["category"]:
        children = entry.pop("children")
        yield _category(entry, parent=None)
        for child in children:
            yield _category(child, parent=entry["slug"])


def _category(entry: dict[str, Any], *, parent: str | None) -> DemoCategory:
    try:
        category = DemoCategory(**entry, parent=parent)
    except TypeError as fault:
        raise CatalogueError(f"category {entry.get('slug')}: {fault}") from fault
    if category.hue not in HUES:
        raise CatalogueError(f"category {category.slug}: hue {category.hue} is not one of {HUES}")
    return category


def _all_different(label: str, values: Iterable[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise CatalogueError(f"{label} used more than once: {', '.join(twice)}")
