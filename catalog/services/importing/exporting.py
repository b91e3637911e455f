"""The catalogue as the file that an import understands: one line for each variant."""

from collections.abc import Iterator

from django.db.models import QuerySet

from catalog.models import Attribute, Product
from catalog.services.importing.columns import ATTRIBUTE, PRODUCT_FIELDS, VARIANT_FIELDS
from catalog.services.importing.state import Shelves, products_now, variants_now

_CHUNK = 500


def header() -> list[str]:
    """The columns. Pictures are left out: they are files, and importing would fetch them again."""
    codes = Attribute.objects.order_by("position", "code").values_list("code", flat=True)
    return ["sku", "product", *PRODUCT_FIELDS, *VARIANT_FIELDS, *(ATTRIBUTE + code for code in codes)]


def lines(products: QuerySet[Product], columns: list[str]) -> Iterator[list[str]]:
    """Every variant of these products, read in portions; so many queries for each."""
    shelves = Shelves()
    last = 0
    rows = products.order_by("pk")
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True).distinct()[:_CHUNK]):
        last = ids[-1]
        found = products_now(ids, shelves)
        for variant in variants_now(product_ids=ids):
            product = found[variant.product_id]
            texts = {"sku": variant.sku, "product": product.slug, **product.texts, **variant.texts}
            yield [texts.get(name, "") for name in columns]
