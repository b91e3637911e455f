"""The OpenAPI document: complete, without warnings, and true."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator
from playwright.sync_api import Page, expect

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory
from orders.tests.factories import paid_order
from tests.contract.truth import Document, operations, read_document, true_to

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
    "/api/products/{product_id}/questions": {"get", "post"},
}


@pytest.fixture
def document() -> Document:
    return read_document()


def test_it_is_generated_without_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_documented_routes_are_there(document):
    assert document["openapi"] == "3.1.0"
    for path, methods in DOCUMENTED.items():
        assert methods <= set(document["paths"][path]), path


def test_operations_are_grouped_and_described(document):
    groups = {tag["name"] for tag in document["tags"]}
    names = []
    for path, method, operation in operations(document):
        assert set(operation["tags"]) <= groups, path
        assert operation["description"], f"{method} {path}"
        names.append(operation["operationId"])
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("type") or parameter["schema"].get("$ref"), f"{method} {path}"
    assert len(names) == len(set(names))


def test_operations_say_the_answers_that_can_happen_and_no_others(document):
    def said(path, method):
        return set(document["paths"][path][method]["responses"])

    always = {"406", "429", "503"}
    assert said("/api/products/{product_id}", "get") - {"304"} == always | {"200", "401", "404"}
    written = always | {"413", "415", "504"}
    assert said("/api/signin", "post") == written | {"200", "400", "401"}
    assert said("/api/categories", "post") == written | {"201", "400", "401", "403", "409"}
    assert said("/api/orders/{order_id}", "get") == always | {"200", "401", "403", "404"}
    assert "429" not in said("/api/payments/webhooks/{gateway}", "post")
    for path, method, operation in operations(document):
        where, writes = f"{method} {path}", method != "get"
        assert any(status.startswith("2") for status in operation["responses"]), where
        assert (("413" in said(path, method)) is ("415" in said(path, method))) is True, where
        assert writes or not {"409", "412", "413", "415", "504"} & said(path, method), where
        assert ("304" in said(path, method)) <= (method == "get"), where
    for name in ("TooManyRequests", "Busy"):
        assert document["components"]["responses"][name]["headers"]["Retry-After"]["required"]
    refused = document["components"]["responses"]["Conflict"]["content"]
    assert refused["application/problem+json"]["example"]["code"] == "out_of_stock"


def test_views_with_versions_say_so(document):
    """`has_versions` on a view is all it takes."""
    for path, method, operation in operations(document):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        if "304" in operation["responses"]:
            assert "If-None-Match" in names and "ETag" in operation["responses"]["200"]["headers"], path
        if "412" in operation["responses"]:
            assert "If-Match" in names, f"{method} {path}"


def test_limits_of_what_comes_in_are_said(document):
    products = document["paths"]["/api/products"]["get"]["parameters"]
    sizes = {parameter["name"]: parameter["schema"] for parameter in products}
    assert (sizes["page_size"]["minimum"], sizes["page_size"]["maximum"]) == (1, 100)
    assert sizes["page"]["minimum"] == 1
    [product_id] = document["paths"]["/api/products/{product_id}"]["get"]["parameters"][-1:]
    assert product_id["schema"]["type"] in ("integer", "string")
    schemas = document["components"]["schemas"]
    order = schemas["NewOrderRequest"]["properties"]
    assert (order["items"]["minItems"], order["items"]["maxItems"]) == (1, 100)
    assert schemas["CartItemInputRequest"]["properties"]["quantity"]["minimum"] == 1
    assert schemas["QuantityRequest"]["properties"]["quantity"]["minimum"] == 0
    [_, address] = order["shipping_address"]["oneOf"]
    assert address["properties"]["country"]["maxLength"] == 2
    assert float(schemas["Order"]["properties"]["total_price"]["multipleOf"]) == 0.01


def test_examples_are_what_their_schemas_say(document):
    """Those of answers may leave something out."""
    shown = 0
    for path, method, operation in operations(document):
        asked = operation.get("requestBody", {}).get("content", {})
        told = [answer.get("content", {}) for answer in operation["responses"].values()]
        for content, partly in [(asked, False), *((one, True) for one in told)]:
            for media in content.values():
                schema = media["schema"] | {"components": document["components"]}
                for example in media.get("examples", {}).values():
                    shown += 1
                    wrong = Draft202012Validator(schema).iter_errors(example["value"])
                    errors = [
                        error.message for error in wrong if not (partly and error.validator == "required")
                    ]
                    assert not errors, f"{method} {path}: {errors}"
    assert shown >= 30


@pytest.mark.parametrize(("size", "status"), [("1", 200), ("100", 200), ("101", 400), ("0", 400), ("x", 400)])
@pytest.mark.django_db
def test_a_page_has_one_to_a_hundred(client, size, status):
    assert client.get("/api/products", {"page_size": size}).status_code == status


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
