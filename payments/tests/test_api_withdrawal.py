"""Withdrawal through the API: stated by its shopper, receipted once, refused in words when it is late."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import UserFactory
from dashboard.tests.conftest import staff_with
from orders.models import Order, Return, Withdrawal
from orders.tests.factories import paid_order, shipped_order
from payments.models import Refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def call(order, data=None, *, user=None, key="", query=""):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    if key:
        headers["idempotency-key"] = key
    path = f"/api/orders/{order.pk}/withdrawal{query}"
    if data is None:
        return Client().get(path, headers=headers)
    return Client().post(path, json.dumps(data), content_type="application/json", headers=headers)


def by_token(order):
    return f"?token={order.token}"


def test_before_shipping_the_whole_order_is_cancelled_paid_back_and_receipted_once():
    order = paid_order(customer=UserFactory())
    made = call(order, {"name": "Nora Nagel"}, user=order.customer)
    body = made.json()
    assert made.status_code == 201 and body["return_number"] is None
    assert body["statement"].startswith("I, Nora Nagel, hereby give notice that I withdraw")
    assert "will not be sent" in body["effects"][0] and body["email"] == order.email
    again = call(order, {"name": "Nora Nagel"}, user=order.customer)
    assert (again.status_code, again.json()) == (200, body)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert Refund.objects.count() == Withdrawal.objects.count() == 1
    listed = call(order, user=order.customer).json()
    assert listed == {"withdrawals": [body], "withdrawable_until": None}


def test_after_shipping_a_guest_sends_one_thing_back_as_a_return():
    mug, vase = (ProductFactory(stock=9).variants.get() for _ in range(2))
    order = shipped_order(mug, vase, quantity=2)
    data = {"name": "Nora Nagel", "items": [{"sku": mug.sku, "quantity": 2}]}
    made = call(order, data, query=by_token(order), key="w-1")
    assert made.status_code == 201
    assert made.json()["return_number"] == Return.objects.get().number
    assert made.json()["items"] == [{"product_name": mug.product.name, "quantity": 2}]
    assert call(order, data, query=by_token(order), key="w-1").status_code == 201
    assert call(order, data, query=by_token(order)).json() == made.json()
    assert Withdrawal.objects.count() == 1
    rest = call(order, {"name": "Nora Nagel"}, query=by_token(order)).json()
    assert [item["product_name"] for item in rest["items"]] == [vase.product.name]
    listed = call(order, query=by_token(order)).json()
    assert [one["withdrawal_id"] for one in listed["withdrawals"]] == [
        rest["withdrawal_id"],
        made.json()["withdrawal_id"],
    ]
    assert listed["withdrawable_until"].startswith("20")


def test_strangers_find_nothing_and_onlookers_state_nothing():
    order, other = paid_order(customer=UserFactory()), paid_order()
    for who, status in (({}, 401), ({"user": UserFactory()}, 404), ({"query": by_token(other)}, 404)):
        assert call(order, **who).status_code == status
        assert call(order, {"name": "Nora"}, **who).status_code == status
    viewer = staff_with("orders.view_order", "orders.see_order_amounts")
    assert call(order, user=viewer).status_code == 200
    assert call(order, {"name": "Nora"}, user=viewer).status_code == 403
    assert not Withdrawal.objects.exists()


def test_after_the_period_it_says_when_it_ended():
    order = shipped_order()
    Order.objects.filter(pk=order.pk).update(delivered_at=timezone.now() - timedelta(days=60))
    late = call(order, {"name": "Nora"}, query=by_token(order))
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert "ended on" in late.json()["detail"] and not Withdrawal.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"items": []}, "items"),
        ({"items": [{"sku": "NOPE"}]}, "items"),
        ({"items": [{"sku": "MUG"}, {"sku": "MUG"}]}, "items"),
        ({"items": [{"sku": "MUG", "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"sku": "MUG", "quantity": 1}]}, "items"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stated(changes, field):
    order = shipped_order(quantity=2)
    order.lines.update(sku="MUG")
    refused = call(order, {"name": "Nora"} | changes, query=by_token(order))
    assert refused.status_code == 400 and field in next(iter(refused.json()["errors"]))
    assert not Withdrawal.objects.exists()
