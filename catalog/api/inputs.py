"""From what was sent to what `catalog.services.editing` takes."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.text import slugify

from catalog.models import Product, Store, StoreSettings
from catalog.services.choosing import VariantNeeded
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


def store_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The model fields of a store among what was sent. Raises BadInput for an owner who is nobody."""
    fields = {name: value for name, value in data.items() if name != "owner_id"}
    if "owner_id" in data:
        owner = get_user_model().objects.filter(customer_id=data["owner_id"], is_active=True).first()
        if owner is None and data["owner_id"] is not None:
            raise BadInput("There is no such customer.", field="owner_id")
        fields["owner"] = owner
    return fields


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
    """The variants of a new product; without a SKU one is made of the name."""
    if data.get("variants"):
        return [_variant(item, item["sku"]) for item in data["variants"]]
    return [_variant(data, data.get("sku") or _made_up_sku(data["product_name"]))]


def replaced_variants(product: Product, data: Mapping[str, Any]) -> list[VariantData] | None:
    """The variants of a replaced product; None when it says nothing about its several ones."""
    return changed_variants(product, {name: data[name] for name in data if name != "variants" or data[name]})


def changed_variants(product: Product, data: Mapping[str, Any]) -> list[VariantData] | None:
    """The variants that a change names; None when it changes none.

    Fields beside the product's own mean its only variant, whose SKU they may change. Raises
    VariantNeeded when it has several and no `sku` says which.
    """
    if "variants" in data:
        if any("sku" not in item for item in data["variants"]):
            raise BadInput("Name each variant by its sku.", field="variants")
        return [_variant(item, item["sku"]) for item in data["variants"]]
    if not any(name in data for name in ("sku", *_OF_VARIANT)):
        return None
    skus = list(product.variants.values_list("sku", flat=True))
    sku = data.get("sku")
    if len(skus) < 2:
        before = skus[0] if skus else _made_up_sku(product.name)
        return [_variant(data, sku or before, was=before)]
    if not sku:
        raise VariantNeeded(skus)
    return [_variant(data, sku)]


def _made_up_sku(name: str) -> str:
    return f"{slugify(name)[:40].upper() or 'P'}-{secrets.token_hex(3).upper()}"


def _variant(data: Mapping[str, Any], sku: str, *, was: str = "") -> VariantData:
    return VariantData(
        sku=sku,
        was=was,
        price=data.get("price"),
        compare_at=data.get("compare_at"),
        clears_compare_at="compare_at" in data and data["compare_at"] is None,
        weight_grams=data.get("weight_grams"),
        name=data.get("name"),
        attributes=data.get("attributes"),
        stock=data.get("stock_quantity"),
    )
