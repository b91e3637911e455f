"""`/updatecart` and `/viewcart`: a cart by its session id, for programs of an older cart."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import StockItem
from catalog.services import inventory
from catalog.services.products import delete_product
from catalog.tests.factories import ProductFactory, VariantFactory
from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, UserFactory
from orders.models import Cart, CartLine, Order
from orders.services.baskets import find_sku
from orders.services.cart import add_coupon, clear_cart
from orders.services.holding import hold_cart
from orders.tests.factories import DiscountFactory, cart_with, make_rates

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def send(client, path, data=None, *, method="post", user=None, **headers):
    """The answer of a route under /api; with `data` as JSON."""
    if user:
        headers["authorization"] = f"Bearer {issue_token(user=user)}"
    body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
    return getattr(client, method)(f"/api/{path}", headers=headers, **body)


def update(client, sid, product, v=None, **more):
    user = more.pop("user", None)
    data = {"sid": sid, "pid": product.pk} | ({} if v is None else {"v": v}) | more
    return send(client, "updatecart", data, user=user)


def view(client, sid, **more):
    return send(client, f"viewcart/{sid}", method="get", **more)


def told(response, status=200):
    assert response.status_code == status, response.content
    return response.json()


def incart(answer):
    return [(row["sku"], row["incart"]) for row in answer["products"]]


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(name="Field backpack", sku="BACKPACK", price="20.00", stock=5)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("method", ["post", "put"])
def test_add_set_and_delete(client, product, method, slash):
    def change(**data):
        return told(send(client, f"updatecart{slash}", {"pid": product.pk} | data, method=method))

    first = change()
    sid = first["sid"]
    row = {"id": product.pk, "name": "Field backpack", "sku": "BACKPACK", "price": 20, "instock": 5}
    assert first == {"sid": sid, "products": [row | {"incart": 1}], "total": 20, "problems": []}
    assert sid == Cart.objects.get().token
    assert incart(change(sid=sid, v="")) == [("BACKPACK", 2)]
    for v, number in ((4, 4), ("3", 3), (3, 3), ("005", 5)):
        answer = change(sid=sid, v=v)
        assert (incart(answer), answer["total"]) == ([("BACKPACK", number)], 20 * number)
        assert told(send(client, f"viewcart/{sid}{slash}", method="get")) == answer
    for _ in range(2):
        assert change(sid=sid, v="delete") == first | {"products": [], "total": 0}
    assert change(sid="")["sid"] != sid, "an empty sid opens a new cart"


NO_NUMBERS = [
    0, -1, 1.5, 1.0, 1e9, 1000, True, None, "0", "-1", "1.5", "1e9", "ten", "Delete", "٣", "३", [1], {},
]  # fmt: skip
WRONG = [
    ({"pid": None}, "pid"),
    ({"pid": "x"}, "pid"),
    ({"pid": 0}, "pid"),
    ({"pid": 10**30}, "pid"),
    ({"sid": 7 * [1]}, "sid"),
    ({"sid": "x" * 65}, "sid"),
    ({"sid": "\0"}, "sid"),
    ({"sku": "\0"}, "sku"),
]


def test_what_is_refused_beside_its_field(client, product):
    sid = told(update(client, "", product))["sid"]
    for v in NO_NUMBERS:
        for data in ({"sid": sid, "pid": product.pk, "v": v}, {"pid": product.pk, "v": v}):
            refused = told(send(client, "updatecart", data), 400)
            assert (refused["code"], list(refused["errors"])) == ("invalid", ["v"]), data
    for change, field in WRONG:
        refused = told(send(client, "updatecart", {"pid": product.pk} | change), 400)
        assert list(refused["errors"]) == [field], change
    assert CartLine.objects.get().quantity == 1 and Cart.objects.count() == 1, "no other cart was opened"


def test_more_than_there_is_changes_nothing(client, product):
    first = told(update(client, "", product, 6), 409)
    assert (first["code"], first["available"]) == ("out_of_stock", 5)
    assert not Cart.objects.exists(), "a refused first thing opens no cart"
    sid = told(update(client, "", product, 4))["sid"]
    hold_cart(cart=Cart.objects.get())
    refused = told(update(client, sid, product, 6), 409)
    assert (refused["code"], refused["available"], list(refused["errors"])) == ("out_of_stock", 5, ["v"])
    assert incart(told(view(client, sid))) == [("BACKPACK", 4)]
    told(update(client, sid, product, 5))
    assert told(update(client, sid, product), 409)["available"] == 5


def test_setting_at_once_sets_and_does_not_add(client, product, monkeypatch):
    """A rival sets the same product between reading the cart and writing its line."""
    sid = told(update(client, "", product, 1))["sid"]
    told(update(client, sid, product, "delete"))

    def be_late(**given):
        told(update(Client(), sid, product, 3))
        return find_sku(**given)

    with monkeypatch.context() as patched:
        patched.setattr(
            "orders.services.baskets.find_sku", lambda **given: patched.undo() or be_late(**given)
        )
        assert incart(told(update(client, sid, product, 3))) == [("BACKPACK", 3)]


def test_of_several_variants_one_is_named(client, product):
    VariantFactory(product=product, sku="BLUE", stock=5)
    needed = told(update(client, "", product), 400)
    assert (needed["code"], needed["skus"]) == ("variant_needed", ["BACKPACK", "BLUE"])
    assert told(update(client, "", product, sku="RED"), 404)["code"] == "unknown_product"
    sid = told(update(client, "", product, 2, sku="BLUE"))["sid"]
    both = told(update(client, sid, product, sku="BACKPACK"))
    assert incart(both) == [("BLUE", 2), ("BACKPACK", 1)]
    assert told(update(client, sid, product, "delete"), 400)["skus"] == ["BLUE", "BACKPACK"]
    assert incart(told(update(client, sid, product, "delete", sku="RED"))) == incart(both)
    assert incart(told(update(client, sid, product, "delete", sku="BLUE"))) == [("BACKPACK", 1)]
    assert incart(told(update(client, sid, product, "delete"))) == [], "the only one of it needs no sku"


def test_a_cart_is_its_holders_alone(client, product):
    user, stranger = UserFactory(), UserFactory()
    theirs = cart_with(product.variants.get(), customer=user)
    ordered = cart_with(product.variants.get())
    Cart.objects.filter(pk=ordered.pk).update(status=Cart.Status.ORDERED)
    for sid, who in (
        (theirs.token, None),
        (theirs.token, stranger),
        (ordered.token, None),
        ("nonsense", None),
        ("no%00sense", None),
        ("non%C3%A9", user),
    ):
        assert told(view(client, sid, user=who), 404)["code"] == "unknown_cart"
        if "%" not in sid:
            assert told(update(client, sid, product, user=who), 404)["code"] == "unknown_cart"
    assert theirs.lines.get().quantity == 1
    own = told(view(client, theirs.token, user=user))
    assert incart(own) == [("BACKPACK", 1)]
    assert incart(told(update(client, theirs.token, product, user=user))) == [("BACKPACK", 2)]
    assert told(update(client, "", product, 4, user=user))["sid"] == theirs.token
    assert told(view(client, ""), 404)["code"] == "unknown_route"


def test_a_guest_who_signs_in_takes_the_cart_along(client, product):
    user = UserFactory()
    cart_with(ProductFactory(sku="MUG", stock=5).variants.get(), customer=user)
    sid = told(update(client, "", product, 2))["sid"]
    signed_in = told(send(client, "signin", {"email": user.email, "password": PASSWORD}))
    token = {"authorization": f"Token {signed_in['credentials']['token']}"}
    assert incart(told(view(client, sid, **token))) == [("BACKPACK", 2)], "looking moves nothing"
    data = {"sid": sid, "pid": product.pk}
    merged = told(send(client, "updatecart", data, **token))
    assert incart(merged) == [("MUG", 1), ("BACKPACK", 3)]
    assert merged["sid"] == Cart.objects.get(open_for=user.pk).token != sid
    assert told(view(client, sid, **token), 404)["code"] == "unknown_cart"
    assert told(view(client, merged["sid"]), 404)["code"] == "unknown_cart"
    assert told(send(client, "cart", method="get", **token))["count"] == 4


def test_taking_out_before_there_is_a_cart_opens_none(client, product):
    empty = {"sid": "", "products": [], "total": 0, "problems": []}
    assert told(update(client, "", product, "delete")) == empty
    assert not Cart.objects.exists()


def on_the_page(cart):
    """The basket's page as the guest sees it in whose session the cart is."""
    guest = Client()
    session = guest.session
    session["cart"] = cart.token
    session.save()
    return guest.get(reverse("orders:cart"))


# What happens to four backpacks in a cart -> how many are left, what the page says, the codes of
# /viewcart, /api/cart and POST /api/orders.
_CASES = {
    "fewer left": (
        2, "we lowered the quantity from 4 to 2", "out_of_stock", "quantity_lowered", "out_of_stock",
    ),
    "sold out": (0, "Field backpack has sold out", "out_of_stock", "out_of_stock", "out_of_stock"),
    "deleted": (0, "We no longer sell Field backpack", "unknown_product", "unavailable", "cart_changed"),
}  # fmt: skip


@pytest.mark.parametrize("case", _CASES)
def test_the_page_lowers_what_the_api_refuses(client, product, case):
    left, words, code, cart_code, order_code = _CASES[case]
    mug = ProductFactory(name="Mug", sku="MUG", price="5.00", stock=9)
    cart = cart_with(product.variants.get(), mug.variants.get(), quantity=4)
    if case == "deleted":
        delete_product(product=product)
    else:
        inventory.set_on_hand(variant=product.variants.get(), on_hand=left, reason="Count")

    with CaptureQueriesContext(connection) as queries:
        answer = told(view(client, cart.token))
    assert not [query for query in queries if not query["sql"].startswith(("SELECT", "PRAGMA"))]
    [problem] = answer["problems"]
    assert (problem["code"], problem["id"], problem["available"]) == (code, product.pk, left)
    assert "lowered" not in problem["message"] and "Field backpack" in problem["message"]
    stays = {"id": product.pk, "name": "Field backpack", "sku": "BACKPACK", "price": 20}
    listed = [] if case == "deleted" else [stays | {"incart": 4, "instock": left}]
    assert answer["products"][:-1] == listed
    assert answer["total"] == 20 + 20 * left

    page = on_the_page(cart)
    assert words in page.content.decode()
    assert page.context["view"].lines[0].quantity == left
    assert page.context["view"].goods == answer["total"]

    token = {"x-cart-token": cart.token}
    [shown] = told(send(client, "cart", method="get", **token))["problems"]
    assert (shown["code"], shown["available"]) == (cart_code, left)
    refused = told(send(client, "orders", {}, **token), 409)
    assert (refused["code"], refused["sku"], refused["available"]) == (order_code, "BACKPACK", left)
    assert refused["problems"] == [
        {"code": cart_code, "message": shown["message"], "sku": "BACKPACK", "available": left}
    ]
    wish = {"email": "nora@example.com", "shipping_address": "123 Elm St"}
    wish["items"] = [{"product_id": product.pk, "quantity": 4}]
    at_once = told(send(client, "orders", wish), 404 if case == "deleted" else 409)
    assert (at_once["code"], at_once.get("available", 0)) == (code, left)
    assert not Order.objects.exists() and cart.lines.get(variant__sku="BACKPACK").quantity == 4

    for v, status in ((None, 404 if case == "deleted" else 409), (4, 404 if case == "deleted" else 409)):
        again = told(update(client, cart.token, product, v), status)
        assert again["code"] == code
    written = told(update(client, cart.token, mug))
    assert [found["code"] for found in written["problems"]] == [code], "told once more by the write"
    after = told(view(client, cart.token))
    if case == "deleted":
        assert after["problems"] == [] and incart(after) == [("MUG", 5)], "and dropped by it"
    else:
        assert after == written and incart(after) == [("BACKPACK", 4), ("MUG", 5)]
        told(update(client, cart.token, product, max(left, 1)), 200 if left else 409)


def test_a_deleted_product_can_be_taken_out(client, product):
    cart = cart_with(product.variants.get())
    delete_product(product=product)
    assert told(update(client, cart.token, product), 404)["code"] == "unknown_product"
    assert list(told(update(client, cart.token, product), 404)["errors"]) == ["pid"]
    assert CartLine.objects.exists()
    for _ in range(2):
        gone = told(update(client, cart.token, product, "delete"))
        assert (gone["products"], gone["problems"]) == ([], [])


def test_coupons_and_new_prices_are_in_it(client, product):
    cart = cart_with(product.variants.get(), quantity=2)
    DiscountFactory(code="TENOFF")
    add_coupon(cart=cart, code="tenoff")
    assert told(view(client, cart.token))["total"] == 36
    DiscountFactory(code="BIG", minimum_spend=500)
    add_coupon(cart=cart, code="BIG")
    product.variants.update(price=30)
    answer = told(view(client, cart.token))
    assert (answer["total"], answer["products"][0]["price"]) == (54, 30)
    assert [(found["code"], found["id"], found["available"]) for found in answer["problems"]] == [
        ("price_changed", product.pk, None),
        ("coupon_not_applied", None, None),
    ]
    clear_cart(cart=cart)
    assert told(view(client, cart.token))["total"] == 0


def test_a_cart_costs_the_same_queries_however_full(client):
    make_rates()
    counts = []
    for size in (1, 6):
        cart = cart_with(*(ProductFactory(stock=5).variants.get() for _ in range(size)))
        StockItem.objects.update(on_hand=0)
        view(client, cart.token)
        with CaptureQueriesContext(connection) as queries:
            assert len(told(view(client, cart.token))["problems"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
