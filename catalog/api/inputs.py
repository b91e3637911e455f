"""From what was sent to what `catalog.services.editing` takes."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify

from catalog.models import Product, Store, StoreSettings
from catalog.services.editing import VariantData
from ecommerce.lib.errors import BadInput

_FIELDS = {
    "product_name": "name",
    "category_id": "category",
    "store_id": "store",
    "summary": "summary",
    "description": "description",
    "details": "details",
    "tax_class": "tax_class",
    "status": "status",
    "rank": "rank",
}
_OF_VARIANT = ("price", "compare_at", "weight_grams", "attributes", "stock_quantity")


def product_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The model fields among what was sent."""
    return {field: data[name] for name, field in _FIELDS.items() if name in data}


def default_store() -> Store:
    """The store of a product that names none: the one that issues invoices, or the first."""
    store = StoreSettings.current().seller or Store.objects.live().order_by("pk").first()
    if store is None:
        raise BadInput("Name the store that sells this.", field="store_id")
    return store


def new_variants(data: Mapping[str, Any]) -> list[VariantData]:
    """The variants of a new or replaced product; without a SKU one is made of the name."""
    if data.get("variants"):
        return [_variant(item, item["sku"]) for item in data["variants"]]
    sku = (
        data.get("sku")
        or f"{slugify(data['product_name'])[:40].upper() or 'P'}-{secrets.token_hex(3).upper()}"
    )
    return [_variant(data, sku)]


def changed_variants(product: Product, data: Mapping[str, Any]) -> list[VariantData] | None:
    """The variants that a partial change names; None when it changes none.

    Fields beside the product's own mean its only variant. Raises BadInput when it has several
    and no `sku` says which.
    """
    if "variants" in data:
        return [_variant(item, item["sku"]) for item in data["variants"]]
    if not any(name in data for name in _OF_VARIANT):
        return None
    skus = list(product.variants.values_list("sku", flat=True)[:2])
    sku = data.get("sku") or (skus[0] if len(skus) == 1 else "")
    if not sku:
        raise BadInput("This product has several variants: say which one by its sku.", field="sku")
    return [_variant(data, sku)]


def _variant(data: Mapping[str, Any], sku: str) -> VariantData:
    return VariantData(
        sku=sku,
        price=data.get("price"),
        compare_at=data.get("compare_at"),
        clears_compare_at="compare_at" in data and data["compare_at"] is None,
        weight_grams=data.get("weight_grams"),
        name=data.get("name"),
        attributes=data.get("attributes"),
        stock=data.get("stock_quantity"),
    )
