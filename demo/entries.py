"""Turn one ``[[product]]`` entry of the catalogue files into a checked DemoProduct."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from demo.model import CatalogueError, DemoPicture, DemoProduct, DemoVariant, Drawing
from demo.recolour import Tint

TAX_CLASSES = ("standard", "reduced")
_REQUIRED = {
    "key", "name", "category", "store", "icon", "rank", "summary", "sight", "description",
    "details", "tax_class", "weight_grams", "price",
}  # fmt: skip
_OPTIONAL = {"compare_at", "options", "sizes", "stock", "keep", "detail", "set", "trio"}
_OPTION = {"colour", "swatch", "rotate", "chroma", "light", "stock", "price", "compare_at"}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SWATCH = re.compile(r"#[0-9A-F]{6}")

Entry = dict[str, Any]


def read_product(*, entry: Entry, stores: set[str], categories: set[str]) -> DemoProduct:
    """Return the product described by the entry, or raise CatalogueError naming what is wrong."""
    key = str(entry.get("key", "without a key"))
    try:
        _check_entry(entry, stores=stores, categories=categories)
        options = entry.get("options") or [{"stock": entry["stock"]}]
        product = DemoProduct(
            key=key,
            name=entry["name"],
            category=entry["category"],
            store=entry["store"],
            summary=entry["summary"],
            description=_paragraphs(entry["description"]),
            details=tuple((label, value) for label, value in entry["details"]),
            tax_class=entry["tax_class"],
            rank=entry["rank"],
            variants=tuple(variant for option in options for variant in _variants(entry, option=option)),
            pictures=tuple(_pictures(entry, options=options)),
            drawing=_drawing(entry, options=options),
        )
        _check_product(product)
    except (CatalogueError, KeyError, TypeError, ValueError) as fault:
        raise CatalogueError(f"product {key}: {fault}") from fault
    return product


def slug(text: str) -> str:
    """Lower case letters and digits joined by hyphens, accents dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))


def _variants(entry: Entry, *, option: Entry) -> list[DemoVariant]:
    """One variant per size, or a single one; a list of stock numbers runs along the sizes."""
    terms = {**entry, **option}
    sizes = entry.get("sizes") or [None]
    stock = terms["stock"] if isinstance(terms["stock"], list) else [terms["stock"]] * len(sizes)
    colour = option.get("colour")
    found = []
    for size, count in zip(sizes, stock, strict=True):
        parts = [entry["key"], colour, size]
        named = {"colour": colour, "size": size}
        found.append(
            DemoVariant(
                sku="-".join(slug(part) for part in parts if part).upper(),
                attributes={name: value for name, value in named.items() if value},
                swatch=option.get("swatch"),
                price=terms["price"],
                compare_at=terms.get("compare_at"),
                weight_grams=entry["weight_grams"],
                stock=count,
                picture=_front_stem(entry, option=option),
            )
        )
    return found


def _pictures(entry: Entry, *, options: list[Entry]) -> list[DemoPicture]:
    """The front views, then the close-up and the group view where the entry describes them."""
    views = []
    for option in options:
        colour = option.get("colour")
        sight = entry["sight"].format(colour=colour.lower() if colour else "")
        views.append(DemoPicture(_front_stem(entry, option=option), sight, colour))
    if "detail" in entry:
        first = options[0].get("colour")
        alt = entry["detail"]["alt"]
        views.append(DemoPicture(f"{entry['key']}-detail", alt, first, "detail"))
    for kind in ("set", "trio"):
        if kind in entry:
            views.append(DemoPicture(f"{entry['key']}-{kind}", entry[kind], None, kind))
    return views


def _drawing(entry: Entry, *, options: list[Entry]) -> Drawing:
    keep = tuple((float(start), float(end)) for start, end in entry.get("keep", []))
    tints = {
        _front_stem(entry, option=option): Tint(
            rotate=float(option.get("rotate", 0)),
            chroma=float(option.get("chroma", 1)),
            light=float(option.get("light", 0)),
            keep=keep,
        )
        for option in options
    }
    at = entry.get("detail")
    focus = (float(at["x"]), float(at["y"]), float(at["span"])) if at else None
    return Drawing(icon=entry["icon"], tints=tints, focus=focus)


def _front_stem(entry: Entry, *, option: Entry) -> str:
    return f"{entry['key']}-{slug(option['colour'])}" if "colour" in option else str(entry["key"])


def _paragraphs(text: str) -> str:
    """Join the lines of each paragraph; paragraphs stay apart by one blank line."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _check_entry(entry: Entry, *, stores: set[str], categories: set[str]) -> None:
    missing, unknown = _REQUIRED - entry.keys(), entry.keys() - _REQUIRED - _OPTIONAL
    if missing or unknown:
        raise CatalogueError(f"missing {sorted(missing)}, unknown {sorted(unknown)}")
    if entry["store"] not in stores:
        raise CatalogueError(f"unknown store {entry['store']!r}")
    if entry["category"] not in categories:
        raise CatalogueError(f"unknown subcategory {entry['category']!r}")
    if entry["tax_class"] not in TAX_CLASSES:
        raise CatalogueError(f"unknown tax class {entry['tax_class']!r}")
    for name in ("key", "icon"):
        if not _SLUG.fullmatch(entry[name]):
            raise CatalogueError(f"{name} {entry[name]!r} is not a slug")
    for option in entry.get("options", []):
        if option.keys() - _OPTION or not {"colour", "swatch", "stock"} <= option.keys():
            raise CatalogueError(f"option with wrong fields: {sorted(option)}")
        if not _SWATCH.fullmatch(option["swatch"]):
            raise CatalogueError(f"swatch {option['swatch']!r} is not like #A1B2C3")


def _check_product(product: DemoProduct) -> None:
    if len(product.summary) > 40:
        raise CatalogueError(f"summary has {len(product.summary)} characters, at most 40 fit")
    words = len(product.description.split())
    if not 60 <= words <= 130:
        raise CatalogueError(f"description has {words} words, wanted are 60 to 130")
    if not 3 <= len(product.details) <= 6:
        raise CatalogueError(f"{len(product.details)} details, wanted are 3 to 6")
    for variant in product.variants:
        if not isinstance(variant.price, Decimal) or variant.price <= 0:
            raise CatalogueError(f"{variant.sku}: price must be a number like 18.00")
        if variant.compare_at is not None and variant.compare_at <= variant.price:
            raise CatalogueError(f"{variant.sku}: the crossed-out price must be the higher one")
        if len(variant.sku) > 40 or variant.stock < 0:
            raise CatalogueError(f"{variant.sku}: SKU too long or stock below zero")
