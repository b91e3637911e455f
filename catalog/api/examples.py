"""What the API description shows: requests and answers as programs meet them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample


def _sent(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def _answered(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=["200", "201"])


def _deleted(thing: str) -> OpenApiExample:
    return _answered("Deleted", {"message": f"{thing} deleted successfully"})


_VARIANT = {
    "sku": "PHONE-1",
    "name": "",
    "price": 699.99,
    "compare_at": None,
    "weight_grams": 180,
    "attributes": {},
    "stock_quantity": 50,
}
PRODUCT = _answered(
    "The product",
    {
        "product_id": 1,
        "product_name": "Smartphone",
        "slug": "smartphone",
        "summary": "Dual SIM, 128 GB",
        "category": "Electronics",
        "category_id": 1,
        "subcategory": None,
        "store": "Nordlicht",
        "store_id": 1,
        "price": 699.99,
        "compare_at": None,
        "stock_quantity": 50,
        "image_url": None,
        "rating": 4.5,
        "review_count": 12,
        "url": "https://shop.example/product/smartphone/",
        "sku": "PHONE-1",
        "description": "",
        "details": [],
        "tax_class": "standard",
        "status": "Published",
        "images": [],
        "variants": [_VARIANT],
    },
)
NEW_PRODUCT = _sent(
    "A product",
    {
        "product_name": "Smartphone",
        "category_id": 1,
        "sku": "PHONE-1",
        "price": 699.99,
        "stock_quantity": 50,
    },
)
PRODUCT_CHANGE = _sent("Another price", {"price": 649.99})
PRODUCT_DELETED = _deleted("Product")

CATEGORY = _answered(
    "The category",
    {
        "id": 1,
        "name": "Electronics",
        "slug": "electronics",
        "description": "",
        "parent_category_id": None,
        "store": None,
        "hue": 135,
        "position": 0,
        "product_count": 1,
    },
)
NEW_CATEGORY = _sent("A category", {"name": "Electronics", "parent_category_id": None})
CATEGORY_CHANGE = _sent("Another place", {"parent_category_id": 2})
CATEGORY_DELETED = _deleted("Category")

_STORE = {
    "name": "Nordlicht",
    "description": "Lamps made by hand.",
    "email": "hello@nordlicht.example",
    "phone": "+49 40 66969 118",
    "line1": "Schanzenstraße 70",
    "postal_code": "20357",
    "city": "Hamburg",
    "country": "DE",
    "vat_number": "DE136695976",
}
STORE = _answered(
    "The store", {"id": 1, "slug": "nordlicht", **_STORE, "owner_id": None, "product_count": 12}
)
NEW_STORE = _sent("A store", _STORE)
STORE_CHANGE = _sent("Another city", {"city": "Kiel"})
STORE_DELETED = _deleted("Store")
