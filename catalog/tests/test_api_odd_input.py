"""Whatever is sent to the catalogue: an answer in words, never a fault."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from catalog.models import Category, Product, Store
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

HUGE = "9" * 5000
# JSON as it comes over the wire: 1e999 is infinite to Python, \ud800 half a letter.
VALUES = [
    '"a\\u0000b"', '"\\ud800"', '"' + "x" * 30_000 + '"', "1e999", "9" * 400, "-1", "null", "[]",
    '{"\\ud800": "x"}', '{"a": {"b": 1}}', '[{"sku": "\\ud800", "price": 1}]', '[["\\ud800", "b"]]',
]  # fmt: skip
QUERIES = [
    "%00", "%ED%A0%80", "%F0%9F%92%A9", "x" * 3000, HUGE, "-1", "1e999", "NaN", "'\"--", "%25%5F", "1.5",
    "NOT+AND+%22", "%D9%A1",
]  # fmt: skip


@pytest.fixture
def staff():
    user = UserFactory(email="merchandiser@alcove.example", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
    client = Client()
    client.force_login(user)
    return client


def sound(response, *statuses):
    """An answer with one of these statuses; a refusal is a problem that says what is wrong."""
    assert response.status_code in statuses, (response.status_code, response.content[:300])
    body = json.loads(response.content)
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert body["code"] and body["detail"] and body["status"] == response.status_code
    return body


FIELDS = {
    "products": (
        "product_name", "category_id", "store_id", "summary", "description", "details", "tax_class",
        "status", "rank", "sku", "price", "compare_at", "weight_grams", "attributes", "stock_quantity",
        "variants",
    ),
    "categories": ("name", "description", "parent_category_id", "store", "hue", "position"),
    "stores": (
        "name", "description", "email", "phone", "line1", "postal_code", "city", "country", "vat_number",
        "owner_id", "invoice_prefix", "comments", "is_suspended",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FIELDS)
def test_any_value_in_any_field(staff, kind):
    product = ProductFactory(stock=5)
    pk = {"products": product.pk, "categories": product.category_id, "stores": product.store_id}[kind]
    whole = {
        "products": {"product_name": "Lamp", "category_id": product.category_id, "price": 5},
        "categories": {"name": "Lamps"},
        "stores": {"name": "Lamps Ltd"},
    }[kind]
    refused = 0
    for field in FIELDS[kind]:
        for value in VALUES:
            body = f'{{"{field}": {value}}}'
            answer = staff.patch(f"/api/{kind}/{pk}", body, content_type="application/json")
            said = sound(answer, 200, 400, 409)
            refused += answer.status_code == 400
            if answer.status_code == 400:
                assert said.get("errors"), (body, said)
        rest = json.dumps(whole | {field: None})
        sound(staff.post(f"/api/{kind}", rest, content_type="application/json"), 201, 400, 409)
    assert refused > 5 * len(FIELDS[kind])
    for body in ("[]", "null", '"x"', "1", "{", "", '{"a"', "\ufeff{}", "[" * 20_000):
        for method in (staff.post, staff.put):
            path = f"/api/{kind}" if method == staff.post else f"/api/{kind}/{pk}"
            sound(method(path, body, content_type="application/json"), 400)
    sound(staff.post(f"/api/{kind}", b"\xff\xfe", content_type="application/json"), 400)
    sound(staff.post(f"/api/{kind}", "a=b", content_type="text/plain"), 415)
    assert Product.objects.exists() and Category.objects.exists() and Store.objects.exists()


@pytest.mark.parametrize("name", ["category", "store", "min_price", "max_price", "in_stock", "rating"])
def test_any_value_of_a_filter(client, name):
    ProductFactory()
    for value in QUERIES:
        body = sound(client.get(f"/api/products?{name}={value}"), 200, 400)
        if "errors" in body:
            assert list(body["errors"]) == [name], (value, body)


def test_any_query_and_any_address(client):
    product = ProductFactory(name="Torch")
    for value in QUERIES:
        for path in ("/products/search?q=", "/categories/search?q=", "/products?search="):
            sound(client.get(f"/api{path}{value}"), 200, 400)
        for name in ("ordering", "attr_colour", "attr_", "page", "page_size"):
            sound(client.get(f"/api/products?{name}={value}"), 200, 400, 404)
        sound(client.get(f"/api/categories?tree={value}"), 200, 400)
        sound(client.get(f"/api/inventory/{product.pk}/availability?sku={value}"), 404)
        for thing in ("products", "categories", "stores"):
            sound(client.get(f"/api/{thing}/{value}"), 404)
    for number in ("0", "999999999999999999"):
        for path in ("products", "categories", "stores", "inventory"):
            address = f"/api/{path}/{number}" + ("/availability" if path == "inventory" else "")
            sound(client.get(address), 404)
