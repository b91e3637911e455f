"""Returns for programs: asked for by customers and guests, decided and refunded by staff."""

import json

import pytest
from django.test import Client

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from orders.models import Return
from orders.tests.factories import shipped_order
from payments.models import Refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def call(path, data=None, *, user=None, key=""):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    if key:
        headers["idempotency-key"] = key
    client = Client()
    if data is None:
        return client.get(f"/api{path}", headers=headers)
    return client.post(f"/api{path}", json.dumps(data), content_type="application/json", headers=headers)


def wish(order, **changes):
    return {"items": [{"item_id": order.lines.get().pk, "quantity": 1, "reason": "damaged"} | changes]}


def returns_of(order, more=""):
    return f"/orders/{order.pk}/returns{more}"


def test_the_whole_way_for_a_guest_with_the_token():
    order, staff = shipped_order(quantity=2), StaffFactory()
    with_token = f"{returns_of(order)}?token={order.token}"
    made = call(with_token, wish(order, note="Cracked"), key="k-1")
    assert made.status_code == 201
    body = made.json()
    assert (body["return_status"], body["kind"]) == ("Waiting for approval", "Return")
    assert body["items"][0]["reason"] == "Damaged" and body["items"][0]["note"] == "Cracked"
    assert call(with_token, wish(order, note="Cracked"), key="k-1").json() == body
    assert Return.objects.count() == 1
    one = returns_of(order, f"/{body['return_number']}")
    listed = call(with_token).json()
    assert [row["return_number"] for row in listed["returns"]] == [body["return_number"]]
    assert listed["can_be_returned"] is True and listed["returnable_until"].startswith("20")
    assert call(f"{one}/approve", {}, user=staff).json()["return_status"] == "Approved"
    item = {"item_id": order.lines.get().pk, "received_quantity": 1, "restocked_quantity": 1}
    arrived = call(f"{one}/receive", {"items": [item]}, user=staff)
    assert arrived.json()["items"][0]["restocked_quantity"] == 1
    for _ in range(2):
        refunded = call(f"{one}/refund", {}, user=staff, key="r-1")
        assert (refunded.json()["return_status"], refunded.json()["refund_amount"]) == ("Refunded", 20.0)
    assert Refund.objects.count() == 1
    assert call(f"{one}?token={order.token}").json()["refund_amount"] == 20.0


def test_a_customer_sees_their_own_and_strangers_get_404():
    order = shipped_order(customer=UserFactory())
    made = call(returns_of(order), wish(order), user=order.customer)
    one = returns_of(order, f"/{made.json()['return_number']}")
    assert call(one, user=order.customer).status_code == 200
    other = shipped_order()
    for user, status in ((None, 401), (UserFactory(), 404), (UserFactory(is_staff=True), 403)):
        for path in (one, returns_of(order)):
            assert call(path, user=user).status_code == status
        assert call(f"{one}?token={other.token}", user=user).status_code == (status if user else 404)
        assert call(returns_of(order), wish(order), user=user).status_code == status
    assert call(returns_of(other, f"/{made.json()['return_number']}?token={other.token}")).status_code == 404


def test_steps_are_for_staff_with_the_right():
    order = shipped_order(customer=UserFactory())
    number = call(returns_of(order), wish(order), user=order.customer).json()["return_number"]
    one = returns_of(order, f"/{number}")
    viewer = staff_with("orders.view_order", "orders.see_order_amounts")
    for step in ("approve", "reject", "receive", "refund"):
        data = {"reason": "x", "items": [{"item_id": 1, "received_quantity": 1}]}
        assert call(f"{one}/{step}", data).status_code == 401
        assert call(f"{one}/{step}", data, user=order.customer).status_code == 403
        assert call(f"{one}/{step}", data, user=viewer).status_code == 403
    assert Return.objects.get().status == "requested"
    picker = staff_with("orders.view_order", "orders.see_order_amounts", "orders.change_return")
    assert call(f"{one}/approve", {"answer": "Gladly"}, user=picker).json()["answer"] == "Gladly"
    assert call(f"{one}/refund", {}, user=picker).status_code == 403


def test_what_cannot_be_is_refused_with_its_code():
    order = shipped_order(quantity=2)
    ask = f"{returns_of(order)}?token={order.token}"
    too_many = call(ask, wish(order, quantity=3))
    assert (too_many.status_code, too_many.json()["code"]) == (409, "too_many")
    for bad in ({"items": []}, wish(order, reason="boredom"), wish(order, quantity=0), {"items": [{}]}):
        assert call(ask, bad).status_code == 400
    assert call(ask, wish(order, reason="Withdrawal, no reason asked")).status_code == 400
    twice = wish(order)
    assert call(ask, {"items": twice["items"] * 2}).status_code == 400
    staff = StaffFactory()
    number = call(ask, wish(order)).json()["return_number"]
    early = call(returns_of(order, f"/{number}/refund"), {}, user=staff)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    unknown = {"items": [{"item_id": 10**9, "received_quantity": 1}]}
    assert call(returns_of(order, f"/{number}/receive"), unknown, user=staff).status_code == 400
    rejected = call(returns_of(order, f"/{number}/reject"), {"reason": "Engraved"}, user=staff)
    assert rejected.json()["return_status"] == "Not accepted"
