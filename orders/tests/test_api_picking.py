"""Picking through the API: started and undone by staff, and by nobody else."""

import json

import pytest

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from orders.models import Order
from orders.services.fulfilment import ship_order
from orders.tests.factories import OrderFactory, paid_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def put(client, order, data, *, user=None, query=""):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    path = f"/api/orders/{order.pk}/picking{query}"
    return client.put(path, json.dumps(data), content_type="application/json", headers=headers)


def test_staff_start_and_undo_it_and_repeating_changes_nothing(client):
    order, staff = paid_order(), StaffFactory()
    first = put(client, order, {"picking": True}, user=staff)
    again = put(client, order, {"picking": True}, user=staff)
    assert first.status_code == again.status_code == 200
    assert first.json()["picking_at"] == again.json()["picking_at"] is not None
    assert first.json()["can_be_changed"] is False
    assert order.events.get(kind="picking").actor == staff
    for _ in range(2):
        undone = put(client, order, {"picking": False}, user=staff)
        assert (undone.status_code, undone.json()["picking_at"]) == (200, None)
    assert undone.json()["can_be_changed"] is True
    assert order.events.filter(kind="picking_stopped").count() == 1


def test_shoppers_and_onlookers_do_not_pick(client):
    order = paid_order(customer=UserFactory())
    assert put(client, order, {"picking": True}, user=UserFactory()).status_code == 404
    assert put(client, order, {"picking": True}).status_code == 401
    for user in (order.customer, UserFactory(is_staff=True), staff_with("orders.view_order")):
        assert put(client, order, {"picking": True}, user=user).status_code == 403
    assert Order.objects.get().picking_at is None


def test_what_cannot_be_picked_says_why(client):
    staff, waiting, parted = StaffFactory(), OrderFactory(), paid_order(quantity=2)
    unpaid = put(client, waiting, {"picking": True}, user=staff)
    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "not_paid")
    ship_order(order=parted, carrier="DHL", quantities={parted.lines.get().pk: 1})
    left = put(client, parted, {"picking": False}, user=staff)
    assert (left.status_code, left.json()["code"]) == (409, "has_left")
    for wrong in ({}, {"picking": "soon"}, {"picking": None}):
        refused = put(client, waiting, wrong, user=staff)
        assert refused.status_code == 400 and "picking" in refused.json()["errors"]
