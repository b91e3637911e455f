"""One line of a file: what it is about, what it says, and what is wrong with it."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.text import slugify

from catalog.services.importing import cells
from catalog.services.importing.columns import ATTRIBUTE, PRODUCT_FIELDS, Columns
from ecommerce.lib.spreadsheets import plain_cell

if TYPE_CHECKING:
    from catalog.services.importing.planning import Chunk, PlannedRow, Planner

# Where an empty cell says "none"; in all others it says nothing.
_CLEARS = ("compare_at_price", ATTRIBUTE)
READERS: dict[str, Callable[[str], str]] = {
    "name": lambda text: cells.read_text(text, 160),
    "description": lambda text: cells.read_text(text, 50_000),
    "published": cells.read_yes_no,
    "price": cells.read_price,
    "compare_at_price": cells.read_price,
    "weight_grams": cells.read_number,
    "stock": cells.read_number,
    "image_url": cells.read_url,
}


def named(columns: Columns, texts: list[str]) -> dict[str, str] | str:
    """The cells by their columns, without what spreadsheets need around them; or what is wrong."""
    width = len(columns.names)
    if len(texts) < width or any(texts[width:]):
        return f"It has {len(texts)} cells, and the first line names {width} columns."
    pairs = zip(columns.names, texts, strict=False)
    return {name: plain_cell(text).strip() for name, text in pairs}


def plan_row(planner: "Planner", chunk: "Chunk", line: int, said: dict[str, str]) -> "PlannedRow":
    """What this line would change."""
    from catalog.services.importing.planning import PlannedRow

    row = PlannedRow(line, sku=said["sku"][:64])
    _check_sku(planner, chunk, row, said["sku"])
    if row.errors:
        return row
    now = chunk.variants.get(row.sku)
    if now is None:
        row.kind = "new"
        _find_product(planner, chunk, row, said.get("product", ""))
    else:
        row.variant_id, row.product_id = now.pk, now.product_id
        text = said.get("product", "")
        product = chunk.products.get(now.product_id)
        if product is None:
            row.errors.append("Its product was deleted.")
        elif text and not product.is_called(text):
            row.errors.append(
                f"product: {row.sku} belongs to {product.texts['name']} ({product.slug}), not “{text[:80]}”."
            )
    row.product_key = row.product_key or str(row.product_id)
    if not row.errors:
        _compare_variant(row, said, now.texts if now else {}, held=now.held if now else 0)
        _compare_product(planner, chunk, row, said)
        _compare_picture(chunk, row, said.get("image_url", ""))
    if not row.errors and row.kind == "unchanged" and row.changes:
        row.kind = "changed"
    return row


def _check_sku(planner: "Planner", chunk: "Chunk", row: "PlannedRow", sku: str) -> None:
    try:
        cells.read_text(sku, 64)
    except ValueError as error:
        row.errors.append(f"sku: {error}")
    if not sku or not sku.isprintable():
        row.errors.append("sku: Enter the SKU of a variant, in one line.")
    if row.errors:
        return
    before = planner.lines_of_skus.setdefault(sku, row.line)
    if sku not in chunk.variants:
        # Databases differ in whether "a-1" is "A-1"; nobody should have to know.
        before = min(before, planner.new_skus.setdefault(sku.casefold(), row.line))
        if (other := chunk.similar.get(sku.casefold())) is not None:
            row.errors.append(f"sku: There is {other}, which differs in small and capital letters only.")
    if before != row.line:
        row.errors.append(f"sku: Lines {before} and {row.line} have the same SKU, {sku}.")


def _find_product(planner: "Planner", chunk: "Chunk", row: "PlannedRow", text: str) -> None:
    found = chunk.by_text.get(text, set())
    exact = {pk for pk in found if chunk.products[pk].slug == text}
    if len(found := exact or found) > 1:
        row.errors.append(f"product: Several are called “{text[:80]}”. Enter its address (slug).")
    elif found:
        row.product_id = next(iter(found))
    elif not text:
        row.errors.append(f"product: Enter the product of the new variant {row.sku}.")
    else:
        try:
            cells.read_text(text, 160)
        except ValueError as error:
            row.errors.append(f"product: {error}")
        row.product_key = f"new:{text.casefold()}"
        row.makes_product = row.product_key not in planner.new_products


def _compare_variant(row: "PlannedRow", said: dict[str, str], now: dict[str, str], *, held: int) -> None:
    for name, text in said.items():
        if not name.startswith(ATTRIBUTE) and name not in (
            "price",
            "compare_at_price",
            "weight_grams",
            "stock",
        ):
            continue
        if text or (now and name.startswith(_CLEARS)):
            _compare(row, name, text, now.get(name, ""), is_new=not now)
    if not now and not said.get("price"):
        row.errors.append("price: Enter the price of the new variant.")
    after = {
        name: row.changes.get(name, ["", now.get(name, "")])[1] for name in ("price", "compare_at_price")
    }
    if (
        not row.errors
        and after["compare_at_price"]
        and Decimal(after["compare_at_price"]) <= Decimal(after["price"])
    ):
        row.errors.append("compare_at_price: The price before the sale must be higher than the price.")
    if not row.errors and "stock" in row.changes and int(row.changes["stock"][1]) < held:
        row.errors.append(f"stock: {held} are promised to customers, so there cannot be fewer.")


def _compare(row: "PlannedRow", name: str, text: str, now: str, *, is_new: bool = False) -> None:
    if text == now.strip() and not is_new:
        return
    reader = READERS.get(name) or (lambda value: cells.read_text(value, 60))
    try:
        then = reader(text) if text else ""
    except ValueError as error:
        row.errors.append(f"{name}: {error}")
        return
    if then != now and then != now.strip():
        row.changes[name] = [now, then]


def _compare_product(planner: "Planner", chunk: "Chunk", row: "PlannedRow", said: dict[str, str]) -> None:
    now = chunk.products[row.product_id].texts if row.product_id else {}
    texts = {name: said.get(name, "") for name in PRODUCT_FIELDS}
    if row.makes_product:
        text = said["product"]
        texts["name"] = texts["name"] or text
        if texts["name"] != text and slugify(text) != text:
            row.errors.append(
                "product: With a name of its own, enter the new product's address here: oak-desk"
            )
        if not texts["category"]:
            row.errors.append("category: Enter the category of the new product.")
        if not texts["store"] and planner.shelves.only_store is not None:
            texts["store"] = planner.shelves.store[planner.shelves.only_store]
        elif not texts["store"]:
            row.errors.append("store: There are several stores. Enter that of the new product.")
    before = planner.said.setdefault(row.product_key, {})
    for name, text in texts.items():
        if not text:
            continue
        line, known = before.setdefault(name, (row.line, hash(text)))
        if known != hash(text):
            row.errors.append(f"{name}: Line {line} says something else of the same product.")
        elif line == row.line:
            _compare_field(planner, row, name, text, now.get(name, ""))
    if row.makes_product:
        planner.new_products.add(row.product_key)


def _compare_field(planner: "Planner", row: "PlannedRow", name: str, text: str, now: str) -> None:
    shelves = planner.shelves
    if name not in ("category", "store"):
        return _compare(row, name, text, now)
    if text == now.strip():
        return None
    try:
        then = shelves.shown_category(text) if name == "category" else shelves.store[shelves.store_id(text)]
    except ValueError as error:
        row.errors.append(f"{name}: {error}")
        return None
    if then != now:
        row.changes[name] = [now, then]
    return None


def _compare_picture(chunk: "Chunk", row: "PlannedRow", url: str) -> None:
    if not url or (row.product_id, url) in chunk.pictures:
        return
    try:
        row.changes["image_url"] = ["", cells.read_url(url)]
    except ValueError as error:
        row.errors.append(f"image_url: {error}")
