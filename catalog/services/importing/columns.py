"""Which columns a file may have, and where they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.models import Attribute

ATTRIBUTE = "attr_"
PRODUCT_FIELDS = ("name", "category", "store", "description", "published")
VARIANT_FIELDS = ("price", "compare_at_price", "weight_grams", "stock")
KNOWN = ("sku", "product", *PRODUCT_FIELDS, *VARIANT_FIELDS, "image_url")


@dataclass(frozen=True)
class Columns:
    """The names of the columns in the order of the file, or what is wrong with them."""

    names: list[str]
    errors: list[str]


def read_header(header: Iterable[str]) -> Columns:
    """Small and capital letters, and spaces for underscores, are one and the same."""
    names = ["_".join(cell.strip().lower().split()) for cell in header]
    while names and not names[-1]:  # spreadsheets add empty columns behind the last one
        names.pop()
    return Columns(names, list(_mistakes(names)))


def attribute_code(name: str) -> str:
    """`attr_colour` -> `colour`."""
    return name.removeprefix(ATTRIBUTE)


def _mistakes(names: list[str]) -> Iterable[str]:
    codes = set(Attribute.objects.values_list("code", flat=True))
    for index, name in enumerate(names, start=1):
        if not name:
            yield f"Column {index} has no name."
        elif names.index(name) != index - 1:
            yield f"The column “{name}” is there twice."
        elif name.startswith(ATTRIBUTE):
            if attribute_code(name) not in codes:
                yield (
                    f"There is no attribute “{attribute_code(name)}”, which the column “{name}” names. "
                    "Make it first, under Attributes."
                )
        elif name not in KNOWN:
            yield f"The column “{name[:60]}” is not known. Known are: {', '.join(KNOWN)} and attr_…"
    if "sku" not in names:
        yield "There is no column “sku”. It says which variant a line is about."
