"""Placing orders through the API: by guests, customers and staff, of items or of the cart."""

import json
import uuid
from decimal import Decimal

import pytest

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import AddressFactory, StaffFactory, UserFactory
from orders.models import Cart, Order
from orders.tests.factories import DiscountFactory, cart_with, make_rates
from payments.models import Payment

pytestmark = pytest.mark.django_db
ADDRESS = {"name": "Nora Nagel", "line1": "Lindenallee 7", "postal_code": "10117", "city": "Berlin"}


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(stock=5, price="20.00")


def post(client, data, *, user=None, path="/orders", **headers):
    if user:
        headers["authorization"] = f"Bearer {issue_token(user=user)}"
    return client.post(f"/api{path}", json.dumps(data), content_type="application/json", headers=headers)


def wish(product, **changes):
    items = [{"product_id": product.pk, "quantity": 2}]
    return {"email": "nora@example.com", "shipping_address": "123 Elm St", "items": items} | changes


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_guest_orders_items(client, product, slash):
    response = post(client, wish(product), path=f"/orders{slash}")
    order, payment = Order.objects.get(), Payment.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "message": "Order created successfully",
        "order_id": order.pk,
        "order_number": order.number,
        "payment_id": payment.pk,
        "payment_url": f"http://127.0.0.1:8000/pay/{order.token}/",
        "track_url": f"http://127.0.0.1:8000/orders/{order.token}/",
    }
    assert (order.customer, order.email, order.total) == (None, "nora@example.com", Decimal("43.90"))
    assert (payment.gateway, payment.amount) == ("demo", order.total)
    assert StockItem.objects.get().held == 2
    shown = client.get(f"/api/orders/{order.pk}?token={order.token}").json()
    assert shown["shipping_address"] == "123 Elm St" and shown["customer_id"] is None


def test_an_address_in_parts_is_checked_like_the_checkouts(client, product):
    address = ADDRESS | {"country": "de"}
    assert post(client, wish(product, shipping_address=address)).status_code == 201
    assert Order.objects.get().delivery_address.name == "Nora Nagel"
    for wrong in ({"country": "US"}, {"postal_code": "1"}, {"line1": ""}, {"city": 7 * ["x"]}):
        response = post(client, wish(product, shipping_address=address | wrong))
        assert response.status_code == 400
        assert f"shipping_address.{next(iter(wrong))}" in response.json()["errors"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "nora"}, "email"),
        ({"shipping_address": ""}, "shipping_address"),
        ({"shipping_address": 7}, "shipping_address"),
        ({"shipping_address": "x" * 201}, "shipping_address"),
        ({"items": []}, "items"),
        ({"items": [{"product_id": 1, "quantity": 0}]}, "items.0.quantity"),
        ({"items": "all"}, "items"),
        ({"payment_method": "barter"}, "payment_method"),
        ({"shipping_method": "drone"}, "shipping_method"),
        ({"confirmed_total": "much"}, "confirmed_total"),
        ({"customer_id": "60e8e72b85a59e0d1f8f8b0f"}, "customer_id"),
    ],
)
def test_what_is_refused_beside_its_field(client, product, changes, field):
    response = post(client, wish(product, **changes))
    assert response.status_code == 400
    assert any(name.startswith(field) for name in response.json()["errors"])
    assert not Order.objects.exists() and not Cart.objects.exists()


def test_left_out_answers(client, product):
    for name in ("email", "shipping_address"):
        data = wish(product)
        del data[name]
        assert name in post(client, data).json()["errors"]


def test_a_customer_orders_the_cart_for_themselves(client, product):
    user = AddressFactory(line1="Torstraße 12").customer
    cart = cart_with(product.variants.get(), customer=user, answered=False)
    response = post(client, {"payment_method": "Bank Transfer"}, user=user)
    order = Order.objects.get()
    assert response.status_code == 201 and response.json()["payment_url"] is None
    assert (order.customer, order.cart, order.email) == (user, cart, user.email)
    assert order.shipping_address["line1"] == "Torstraße 12"
    again = post(client, {}, user=user)
    assert (again.status_code, again.json()["code"]) == (409, "cart_empty")


def test_items_leave_the_customers_cart_alone(client, product):
    user = UserFactory()
    cart = cart_with(product.variants.get(), customer=user)
    data = wish(product, customer_id=str(user.customer_id))
    assert post(client, data, user=user).status_code == 201
    assert Cart.objects.open().get(open_for=user.pk) == cart and cart.lines.get().quantity == 1


def test_who_may_order_for_whom(client, product):
    user, other, staff = UserFactory(), UserFactory(), StaffFactory()
    data = wish(product, customer_id=str(user.customer_id))
    assert post(client, data, user=other).status_code == 404
    assert post(client, data).status_code == 401
    assert post(client, wish(product, customer_id=str(uuid.uuid4())), user=staff).status_code == 404
    assert post(client, data, user=UserFactory(is_staff=True)).status_code == 403
    assert not Order.objects.exists()
    assert post(client, data, user=staff).status_code == 201
    order = Order.objects.get()
    assert order.customer == user
    assert order.events.get(kind="placed_by_staff").actor == staff


def test_staff_order_a_customers_cart(client, product):
    user = UserFactory()
    cart_with(product.variants.get(), customer=user, answered=False)
    data = {"customer_id": str(user.customer_id), "shipping_address": "123 Elm St"}
    assert post(client, data, user=StaffFactory()).status_code == 201
    assert Order.objects.get().email == user.email


def test_a_guests_cart_ordered_again_is_the_same_order(client, product):
    cart = cart_with(product.variants.get(), answered=False)
    data = {"email": "nora@example.com", "shipping_address": "123 Elm St"}
    first = post(client, data, **{"x-cart-token": cart.token})
    again = post(client, data, **{"x-cart-token": cart.token})
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert Order.objects.count() == Payment.objects.count() == 1
    assert post(client, data, **{"x-cart-token": "nonsense"}).status_code == 404
    assert post(client, data).json()["code"] == "cart_empty"


def test_more_than_is_left_orders_nothing(client, product):
    response = post(client, wish(product, items=[{"product_id": product.pk, "quantity": 6}]))
    assert response.status_code == 409
    assert (response.json()["code"], response.json()["available"]) == ("out_of_stock", 5)
    assert not Order.objects.exists() and not Cart.objects.exists()
    assert StockItem.objects.get().held == 0


def test_a_changed_price_needs_the_total_confirmed(client, product):
    cart = cart_with(product.variants.get())
    variant = product.variants.get()
    variant.price = 25
    variant.save()
    refused = post(client, {}, **{"x-cart-token": cart.token})
    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    assert refused.json()["total"] == 28.90
    old = post(client, {"confirmed_total": 23.90}, **{"x-cart-token": cart.token})
    assert (old.status_code, old.json()["code"]) == (409, "total_changed")
    assert post(client, {"confirmed_total": 28.90}, **{"x-cart-token": cart.token}).status_code == 201


def test_posted_prices_are_ignored(client, product):
    items = [{"product_id": product.pk, "quantity": 1, "price": 0.01}]
    assert post(client, wish(product, items=items, total_price=0.01, discount=99)).status_code == 201
    assert Order.objects.get().total == Decimal("23.90")


def test_codes_count_or_are_explained(client, product):
    DiscountFactory(code="TENOFF")
    DiscountFactory(code="BIG", minimum_spend=500)
    for code, name in (("NOPE", "coupon_unknown"), ("BIG", "coupon_not_applied")):
        response = post(client, wish(product, coupon=code))
        assert (response.status_code, response.json()["code"]) == (409, name)
    assert post(client, wish(product, coupon="tenoff")).status_code == 201
    assert Order.objects.get().discount_total == 4


def test_a_country_nobody_delivers_to(client, product):
    address = ADDRESS | {"country": "FR", "postal_code": "75001"}
    response = post(client, wish(product, shipping_address=address))
    assert (response.status_code, response.json()["code"]) == (400, "delivery_unavailable")
