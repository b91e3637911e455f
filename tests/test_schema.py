"""The OpenAPI document: complete, without warnings, and true."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator
from playwright.sync_api import Page, expect

from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, StaffFactory
from orders.tests.factories import DiscountFactory, cart_with, paid_order, shipped_order
from payments.models import Payment

DOCUMENTED = {
    "/api/signin": {"post"},
    "/api/auth/validate": {"post"},
    "/api/auth/admin/login": {"post"},
    "/api/auth/customer/request-otp": {"post"},
    "/api/auth/customer/login": {"post"},
    "/api/auth/logout": {"post"},
    "/api/auth/me": {"get"},
    "/api/auth/tokens": {"get", "delete"},
    "/api/auth/tokens/{token_id}": {"delete"},
    "/api/categories": {"get", "post"},
    "/api/categories/{category_id}": {"get", "put", "patch", "delete"},
    "/api/products": {"get", "post"},
    "/api/products/{product_id}": {"get", "put", "patch", "delete"},
    "/api/inventory/{product_id}/hold": {"put", "delete"},
    "/api/inventory/{product_id}/decrement": {"put"},
    "/api/cart": {"get", "post", "delete"},
    "/api/cart/items": {"post"},
    "/api/cart/items/{line_id}": {"put", "delete"},
    "/api/cart/coupons": {"post"},
    "/api/cart/coupons/{code}": {"delete"},
    "/api/orders": {"get", "post"},
    "/api/orders/{order_id}": {"get"},
    "/api/orders/{order_id}/status": {"put"},
    "/api/orders/{order_id}/files": {"get"},
    "/api/orders/{order_id}/items": {"put"},
    "/api/orders/{order_id}/picking": {"put"},
    "/api/orders/{order_id}/withdrawal": {"get", "post"},
    "/api/orders/{order_id}/returns/{number}/close": {"post"},
    "/api/orders/{order_id}/returns/{number}/cancel": {"post"},
    "/api/delivery": {"get"},
    "/api/customers/{customer_id}/orders": {"get"},
    "/api/payments/{payment_id}": {"get"},
    "/api/payments/{payment_id}/refunds": {"post"},
    "/api/reviews": {"post"},
    "/api/reviews/{product_id}": {"get"},
    "/api/reviews/{review_id}": {"delete"},
}


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    return client.get("/api/schema/").json()


def test_it_is_generated_without_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_documented_routes_are_there(document):
    assert document["openapi"] == "3.1.0"
    for path, methods in DOCUMENTED.items():
        assert methods <= set(document["paths"][path]), path


def test_operations_are_grouped_described_and_name_their_errors(document):
    groups = {tag["name"] for tag in document["tags"]}
    names = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert set(operation["tags"]) <= groups, path
            assert operation["description"], f"{method} {path}"
            assert {"400", "401", "404", "429", "503"} <= set(operation["responses"]), f"{method} {path}"
            names.append(operation["operationId"])
    assert len(names) == len(set(names))
    refused = document["components"]["responses"]["Conflict"]["content"]
    assert refused["application/problem+json"]["example"]["code"] == "out_of_stock"


def test_signing_in_is_described(document):
    operations = document["paths"]
    assert {"token", "bearer"} <= set(document["components"]["securitySchemes"])
    assert {} in operations["/api/products"]["get"]["security"]
    assert {} not in operations["/api/products"]["post"]["security"]
    assert {} in operations["/api/orders"]["post"]["security"]
    assert {} not in operations["/api/orders"]["get"]["security"]


def test_json_or_yaml(client):
    assert client.get("/api/schema").json()["openapi"] == "3.1.0"
    assert client.get("/api/schema/?format=yaml").content.startswith(b"openapi: 3.1.0")
    accepted = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi"})
    assert accepted.content.startswith(b"openapi: 3.1.0")


@pytest.mark.django_db
def test_the_docs_page_keeps_the_shops_policy_and_asks_nobody_else(client):
    page = client.get("/api/docs/")
    assert "unsafe" not in page["Content-Security-Policy"]
    text = page.content.decode()
    assert "//" not in text.partition("<body>")[2] and "<style" not in text and "style=" not in text
    script = client.get("/api/docs/?script=")
    assert script.status_code == 200 and "javascript" in script["Content-Type"]


def true_to(document: dict[str, Any], path: str, method: str, response: Any) -> None:
    """Assert that the response's status and body are what the document says."""
    answers = document["paths"][path][method]["responses"]
    described = answers[str(response.status_code)]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
    content = described["content"][response["Content-Type"].partition(";")[0]]
    schema = content["schema"] | {"components": document["components"]}
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(response.json())
    ]
    assert not errors, f"{method} {path}: {errors}"


@pytest.mark.django_db(databases=["default", "documents"])
def test_answers_are_what_the_document_says(client, document):
    staff = StaffFactory()
    product = ProductFactory(stock=9, price="20.00")
    order = shipped_order(product.variants.get(), customer=staff)
    payment = Payment.objects.get(order=order)
    cart = cart_with(product.variants.get(), quantity=2)
    cart.coupons.create(discount=DiscountFactory())
    sign_in = {"email": staff.email, "password": PASSWORD}
    ids = {
        "category_id": product.category_id,
        "product_id": product.pk,
        "order_id": order.pk,
        "customer_id": staff.customer_id,
        "payment_id": payment.pk,
        "line_id": cart.lines.get().pk,
        "token_id": issue_token(user=staff)[:8],
        "review_id": "3f0e7a52-7a45-4f5c-9c5f-0a4b9c1d2e3f",
    }
    wish = {"shipping_address": "123 Elm St", "items": [{"product_id": product.pk}]}
    requests = [
        ("get", "/api/categories", None),
        ("get", "/api/categories/search", {"q": product.category.name}),
        ("get", "/api/categories/{category_id}", None),
        ("get", "/api/products", None),
        ("get", "/api/products/search", {"q": product.name}),
        ("get", "/api/products/{product_id}", None),
        ("get", "/api/inventory/{product_id}/availability", None),
        ("put", "/api/inventory/{product_id}/hold", {"quantity": 1}),
        ("put", "/api/inventory/{product_id}/hold", {"quantity": 99}),
        ("delete", "/api/inventory/{product_id}/hold", None),
        ("put", "/api/inventory/{product_id}/decrement", {"quantity": 1, "reference": "T-1"}),
        ("put", "/api/inventory/{product_id}/decrement", {"quantity": 2, "reference": "T-1"}),
        ("get", "/api/cart", None),
        ("put", "/api/cart/items/{line_id}", {"quantity": 3}),
        ("put", "/api/cart/items/{line_id}", {"quantity": 99}),
        ("get", "/api/orders", None),
        ("get", "/api/orders", {"status": "lost"}),
        ("post", "/api/orders", wish),
        ("get", "/api/orders/{order_id}", None),
        ("get", "/api/orders/{order_id}/files", None),
        ("put", "/api/orders/{order_id}/status", {"order_status": "Delivered"}),
        ("put", "/api/orders/{order_id}/status", {"order_status": "Processing"}),
        ("get", "/api/customers/{customer_id}/orders", None),
        ("get", "/api/payments", None),
        ("post", "/api/payments/{payment_id}/refunds", {"amount": 1, "reason": "Late"}),
        ("get", "/api/payments/{payment_id}", None),
        ("get", "/api/reviews/{product_id}", None),
        ("delete", "/api/reviews/{review_id}", None),
        ("post", "/api/signin", sign_in),
        ("post", "/api/signin", sign_in | {"password": "wrong"}),
        ("post", "/api/auth/validate", {"token": "nonsense"}),
        ("post", "/api/auth/customer/request-otp", {"mobile": "0151 23456789"}),
        ("post", "/api/auth/customer/login", {"mobile": "0151 23456789", "otp": "0"}),
        ("get", "/api/auth/me", None),
        ("get", "/api/auth/tokens", None),
        ("delete", "/api/auth/tokens/{token_id}", None),
        ("delete", "/api/auth/tokens/{token_id}", None),
        ("delete", "/api/auth/tokens", None),
    ]
    token = issue_token(user=staff)
    for method, path, data in requests:
        headers = {"authorization": f"Token {token}"}
        if "cart" in path:
            headers = {"x-cart-token": cart.token}
        address = path.format(**ids)
        if method == "get":
            response = client.get(address, data or {}, headers=headers)
        else:
            body = json.dumps(data) if data else ""
            response = getattr(client, method)(
                address, body, content_type="application/json", headers=headers
            )
        assert response.status_code < 500
        true_to(document, path, method, response)


@pytest.mark.django_db(databases=["default", "documents"])
def test_answers_about_changed_orders_are_what_the_document_says(client, document):
    staff = StaffFactory()
    order = paid_order(quantity=2)
    edit = {"items": [{"sku": order.lines.get().sku, "quantity": 1}], "reason": "By phone"}
    requests: list[tuple[str, str, dict[str, Any], int]] = [
        ("get", "/api/delivery", {"country": "DE", "weight_grams": 500, "subtotal": 20}, 200),
        ("get", "/api/delivery", {"country": "DE"}, 400),
        ("put", "/api/orders/{order_id}/items", edit, 200),
        ("put", "/api/orders/{order_id}/items", edit | {"revision": 0, "confirmed_total": 23.90}, 200),
        ("put", "/api/orders/{order_id}/items", edit | {"revision": 0, "confirmed_total": 23.90}, 409),
        ("put", "/api/orders/{order_id}/picking", {"picking": True}, 200),
        ("post", "/api/orders/{order_id}/withdrawal", {"name": "Nora Nagel"}, 201),
        ("post", "/api/orders/{order_id}/withdrawal", {"name": "Nora Nagel"}, 200),
        ("get", "/api/orders/{order_id}/withdrawal", {}, 200),
    ]
    headers = {"authorization": f"Token {issue_token(user=staff)}"}
    for method, path, data, status in requests:
        address = path.format(order_id=order.pk)
        if method == "get":
            response = client.get(address, data, headers=headers)
        else:
            body = json.dumps(data)
            response = getattr(client, method)(
                address, body, content_type="application/json", headers=headers
            )
        assert response.status_code == status, f"{method} {path}"
        true_to(document, path, method, response)


@pytest.mark.browser
def test_the_docs_page_draws_itself_without_breaking_the_rules(page: Page):
    page.goto("/api/docs/")
    expect(page.get_by_role("heading", name="Alcove shop API")).to_be_visible()
    expect(page.get_by_text("/api/orders", exact=True).first).to_be_visible()
