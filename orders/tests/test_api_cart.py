"""The cart for programs: own carts only, live quotes, and what changed in words and by code."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory, VariantFactory
from customers.services.tokens import issue_token
from customers.tests.factories import UserFactory
from orders.models import Cart, CartLine
from orders.tests.factories import DiscountFactory, cart_with, make_rates

pytestmark = pytest.mark.django_db


def call(client, method, path, data=None, *, user=None, token=""):
    headers = {"X-Cart-Token": token} if token else {}
    if user:
        headers["authorization"] = f"Bearer {issue_token(user=user)}"
    send = getattr(client, method)
    if data is None:
        return send(f"/api/cart{path}", headers=headers)
    return send(f"/api/cart{path}", json.dumps(data), content_type="application/json", headers=headers)


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(stock=5, price="20.00")


@pytest.mark.parametrize("path", ["", "/", "/items", "/items/"])
def test_a_guest_adds_and_gets_a_token(client, product, path):
    added = call(client, "post", path, {"product_id": product.pk, "quantity": 2})
    body = added.json()
    assert added.status_code == 201
    assert added["X-Cart-Token"] == body["token"] == Cart.objects.get().token
    assert body["customer_id"] is None and body["count"] == 2
    assert body["items"][0]["product_id"] == product.pk and body["items"][0]["quantity"] == 2
    assert body["quote"]["total"] == 43.90 and body["quote"]["shipping_method"] == "standard"
    assert b'"total":43.90' in added.content
    assert body["problems"] == []
    again = call(client, "get", "", token=body["token"])
    assert again.json()["items"] == body["items"] and again["X-Cart-Token"] == body["token"]


def test_the_same_thing_again_is_added_to(client, product):
    token = call(client, "post", "", {"product_id": product.pk}).json()["token"]
    body = call(client, "post", "", {"sku": product.variants.get().sku, "quantity": 2}, token=token).json()
    assert [item["quantity"] for item in body["items"]] == [3]


def test_looking_writes_nothing(client, product):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = call(client, "get", "")
    assert response.status_code == 200 and "X-Cart-Token" not in response
    body = response.json()
    assert (body["id"], body["token"], body["items"], body["quote"]["total"]) == (None, None, [], 0)
    assert not response.cookies and not Cart.objects.exists()
    assert not [query for query in queries if not query["sql"].startswith(("SELECT", "PRAGMA"))]


def test_a_customer_gets_their_own_and_no_token(client, product):
    user = UserFactory()
    body = call(client, "post", "", {"product_id": product.pk}, user=user).json()
    assert (body["token"], body["customer_id"]) == (None, str(user.customer_id))
    assert call(client, "get", "", user=user).json()["count"] == 1
    assert call(client, "get", "", user=UserFactory()).json()["count"] == 0


def test_a_guest_who_signs_in_takes_the_cart_along_when_writing(client, product):
    token = call(client, "post", "", {"product_id": product.pk, "quantity": 2}).json()["token"]
    user = UserFactory()
    assert call(client, "get", "", user=user, token=token).json()["count"] == 0
    body = call(client, "post", "", {"product_id": product.pk}, user=user, token=token).json()
    assert body["count"] == 3
    assert call(client, "get", "", token=token).status_code == 404


@pytest.mark.parametrize("method", ["get", "delete", "post"])
def test_nobody_gets_a_customers_cart_or_an_unknown_one(client, product, method):
    theirs = cart_with(product.variants.get(), customer=UserFactory())
    data = {"product_id": product.pk} if method == "post" else None
    for token in (theirs.token, "nonsense"):
        response = call(client, method, "", data, token=token)
        assert response.status_code == 404 and response.json()["code"] == "unknown_cart"
    assert theirs.lines.get().quantity == 1


def test_lines_are_changed_and_removed_by_their_owner_alone(client, product):
    cart = cart_with(product.variants.get())
    other = cart_with(ProductFactory(stock=5).variants.get())
    line = cart.lines.get().pk
    for stranger in ({"token": other.token}, {"user": UserFactory()}, {}):
        assert call(client, "put", f"/items/{line}", {"quantity": 3}, **stranger).status_code == 404
        assert call(client, "delete", f"/items/{line}", **stranger).status_code == 404
    changed = call(client, "put", f"/items/{line}/", {"quantity": 3}, token=cart.token)
    assert changed.status_code == 200 and changed.json()["items"][0]["quantity"] == 3
    assert call(client, "delete", f"/items/{line}", token=cart.token).json()["items"] == []
    assert call(client, "delete", f"/items/{line}", token=cart.token).status_code == 404


def test_zero_takes_a_line_out_and_delete_empties_the_cart(client, product):
    cart = cart_with(product.variants.get(), ProductFactory(stock=5).variants.get())
    line = cart.lines.first().pk
    assert call(client, "put", f"/items/{line}", {"quantity": 0}, token=cart.token).json()["count"] == 1
    for _ in range(2):
        emptied = call(client, "delete", "", token=cart.token)
        assert (emptied.status_code, emptied.json()["items"]) == (200, [])
    assert call(client, "delete", "").json()["id"] is None


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 1e9, 10**30, "٣", "", None, True, [1], "2 "])
def test_quantities_that_are_none(client, product, quantity):
    response = call(client, "post", "", {"product_id": product.pk, "quantity": quantity})
    if quantity == "2 ":
        assert response.status_code == 201
        return
    assert response.status_code == 400 and "quantity" in response.json()["errors"]
    assert not Cart.objects.exists()


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"product_id": 10**17}, 404, "unknown_product"),
        ({"product_id": 10**30}, 400, "invalid"),
        ({"sku": "NO-SUCH"}, 404, "unknown_product"),
        ({"sku": "a\x00b"}, 400, "invalid"),
        ([], 400, "invalid"),
    ],
)
def test_things_that_are_not_sold(client, product, data, status, code):
    response = call(client, "post", "", data)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Cart.objects.exists()


def test_a_product_with_variants_needs_a_sku(client, product):
    VariantFactory(product=product, sku="BLUE")
    response = call(client, "post", "", {"product_id": product.pk})
    assert response.status_code == 400
    assert response.json()["code"] == "variant_needed" and "BLUE" in response.json()["skus"]
    chosen = call(client, "post", "", {"product_id": product.pk, "sku": "BLUE"})
    assert chosen.json()["items"][0]["sku"] == "BLUE"
    other = call(client, "post", "", {"product_id": ProductFactory().pk, "sku": "BLUE"})
    assert other.status_code == 404


def test_more_than_is_left_is_refused_with_what_is_left(client, product):
    response = call(client, "post", "", {"product_id": product.pk, "quantity": 6})
    assert response.status_code == 409
    assert (response.json()["code"], response.json()["available"]) == ("out_of_stock", 5)
    assert not Cart.objects.exists(), "a refused first thing opens no cart"


def test_what_changed_is_told_by_code_and_line(client, product):
    cart = cart_with(product.variants.get(), quantity=3)
    StockItem.objects.update(on_hand=2)
    variant = product.variants.get()
    variant.price = 25
    variant.save()
    body = call(client, "get", "", token=cart.token).json()
    assert [(found["code"], found["line"]) for found in body["problems"]] == [
        ("quantity_lowered", cart.lines.get().pk),
        ("price_changed", cart.lines.get().pk),
    ]
    assert (body["items"][0]["quantity"], body["items"][0]["wanted"]) == (2, 3)
    assert body["quote"]["subtotal"] == 50
    assert CartLine.objects.get().quantity == 3, "looking changes nothing"


def test_codes_are_applied_explained_and_removed(client, product):
    DiscountFactory(code="TENOFF")
    DiscountFactory(code="BIG", minimum_spend=500)
    cart = cart_with(product.variants.get())
    body = call(client, "post", "/coupons", {"code": " tenoff "}, token=cart.token).json()
    terms = {"kind": "percent", "multiplier": 0.9, "upto": None, "flatoff": None}
    assert body["coupons"] == [{"code": "TENOFF", "name": "Welcome"} | terms]
    share = {"name": "Welcome", "code": "TENOFF", "amount": 2.0}
    assert body["quote"]["discounts"] == [share | terms | {"goods": 2.0, "shipping": 0.0}]
    assert body["items"][0]["discounts"] == [share]
    counted = [step["amount"] for step in body["quote"]["steps"] if step["counts"]]
    assert sum(counted) == pytest.approx(body["quote"]["total"])
    assert body["quote"]["discounts"][0]["amount"] == 2
    again = call(client, "post", "/coupons/", {"code": "TENOFF"}, token=cart.token).json()
    assert again["quote"] == body["quote"]
    told = call(client, "post", "/coupons", {"code": "BIG"}, token=cart.token).json()
    assert [found["code"] for found in told["problems"]] == ["coupon_not_applied"]
    assert call(client, "delete", "/coupons/tenoff", token=cart.token).json()["quote"]["discounts"] == []
    assert call(client, "delete", "/coupons/tenoff", token=cart.token).status_code == 404


@pytest.mark.parametrize(
    ("code", "status", "name"), [("NOPE", 409, "coupon_unknown"), ("  ", 400, "coupon_missing")]
)
def test_codes_nobody_knows(client, product, code, status, name):
    response = call(client, "post", "/coupons", {"code": code})
    assert (response.status_code, response.json()["code"]) == (status, name)
    assert not Cart.objects.exists()


def test_a_cart_costs_the_same_queries_however_full(client, product):
    counts = []
    for size in (1, 6):
        cart = cart_with(*(ProductFactory(stock=5).variants.get() for _ in range(size)))
        call(client, "get", "", token=cart.token)
        with CaptureQueriesContext(connection) as queries:
            assert call(client, "get", "", token=cart.token).json()["count"] == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
