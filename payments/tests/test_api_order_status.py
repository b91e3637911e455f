"""Changing an order's state through the API: by whom, in which order, and how often."""

import pytest
from django.contrib.auth.models import Permission

from catalog.models import StockItem
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from orders.models import Order
from orders.tests.factories import OrderFactory, paid_order, shipped_order
from payments.models import Refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def put(client, order, status, *, user=None, query="", **more):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    return client.put(
        f"/api/orders/{order.pk}/status{query}",
        {"order_status": status} | more,
        content_type="application/json",
        headers=headers,
    )


def clerk(*names):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.mark.parametrize("word", ["Shipped", "shipped", "SHIPPED"])
def test_the_documented_answer(client, staff, word):
    order = paid_order()
    response = put(client, order, word, user=staff, carrier="UPS", tracking_number="1Z")
    assert response.status_code == 200
    assert response.json() == {
        "message": "Order status updated successfully",
        "order_id": order.pk,
        "order_status": "Shipped",
    }
    parcel = order.shipments.get()
    assert (parcel.carrier, parcel.tracking_number, parcel.created_by) == ("UPS", "1Z", staff)
    assert put(client, order, word, user=staff).status_code == 200
    assert order.shipments.count() == 1, "the same again changes nothing"


def test_a_whole_life(client, staff):
    order = OrderFactory(payment_method="cash_on_delivery")
    for status in ("processing", "shipped", "delivered"):
        assert put(client, order, status, user=staff, query="").json()["order_status"] == status.capitalize()
    assert order.shipments.get().carrier == "DHL", "the delivery method's own carrier"


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("shipped", ["Cancelled", "Processing"]),
        ("delivered", ["Cancelled", "Processing"]),
        ("refunded", ["Cancelled", "Processing"]),
    ],
)
def test_steps_that_are_not_possible_name_those_that_are(client, staff, status, allowed):
    order = OrderFactory()
    response = put(client, order, status, user=staff)
    assert (response.status_code, response.json()["code"]) == (409, "wrong_state")
    assert response.json()["allowed"] == allowed
    order.refresh_from_db()
    assert order.status == Order.Status.PENDING


def test_an_unpaid_order_is_not_prepared(client, staff):
    response = put(client, OrderFactory(), "processing", user=staff)
    assert (response.status_code, response.json()["code"]) == (409, "not_paid")


@pytest.mark.parametrize("status", ["lost", "", None, 7, ["shipped"]])
def test_states_that_there_are_not(client, staff, status):
    response = put(client, OrderFactory(), status, user=staff)
    assert response.status_code == 400 and "order_status" in response.json()["errors"]


def test_a_customer_may_cancel_and_nothing_else(client):
    user = UserFactory()
    order = paid_order(customer=user)
    assert put(client, order, "delivered", user=user).status_code == 403
    response = put(client, order, "Cancelled", user=user, reason="Changed my mind")
    assert response.json()["order_status"] == "Cancelled"
    order.refresh_from_db()
    assert order.payment_status == "refunded"
    assert Refund.objects.get().amount == order.total
    assert StockItem.objects.get(variant=order.lines.get().variant).held == 0
    assert put(client, order, "cancelled", user=user).status_code == 200
    assert Refund.objects.count() == 1


def test_too_late_to_cancel(client):
    user = UserFactory()
    response = put(client, shipped_order(customer=user), "cancelled", user=user)
    assert response.status_code == 409 and response.json()["allowed"] == ["Delivered", "Refunded"]


def test_a_guest_cancels_with_the_link_alone(client):
    order = OrderFactory()
    assert put(client, order, "cancelled").status_code == 401
    assert put(client, order, "cancelled", query="?token=nonsense").status_code == 404
    assert put(client, order, "cancelled", user=UserFactory()).status_code == 404
    assert put(client, order, "shipped", query=f"?token={order.token}").status_code == 403
    assert put(client, order, "cancelled", query=f"/?token={order.token}").status_code == 200


def test_money_goes_back_by_who_may_send_it(client, staff):
    order = shipped_order()
    response = put(client, order, "refunded", user=clerk("view_order", "see_order_amounts", "change_order"))
    assert response.status_code == 403
    assert not Refund.objects.exists()
    response = put(
        client, order, "refunded", user=clerk("view_order", "see_order_amounts", "change_order", "add_refund")
    )
    assert response.json()["order_status"] == "Refunded"
    order.refresh_from_db()
    assert order.payment_status == "refunded"
    assert Refund.objects.get().amount == order.total


def test_cancelling_a_paid_order_sends_money_too(client):
    order = paid_order()
    assert (
        put(
            client, order, "cancelled", user=clerk("view_order", "see_order_amounts", "change_order")
        ).status_code
        == 403
    )
    assert (
        put(
            client, OrderFactory(), "cancelled", user=clerk("view_order", "see_order_amounts", "change_order")
        ).status_code
        == 200
    )


def test_an_order_nobody_paid_cannot_be_refunded(client, staff):
    order = OrderFactory(payment_method="cash_on_delivery")
    put(client, order, "processing", user=staff)
    put(client, order, "shipped", user=staff)
    response = put(client, order, "refunded", user=staff)
    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_refund")


def test_a_bank_that_does_not_answer_leaves_the_refund_owed(client, staff):
    """The demo bank knows nothing of this payment, so it refuses to send money back."""
    order = paid_order(payment_method="demo")
    response = put(client, order, "cancelled", user=staff)
    assert response.status_code == 200
    order.refresh_from_db()
    assert response.json()["order_status"] == "Cancelled" and order.payment_status == "paid"
    assert Refund.objects.get().status == Refund.Status.PENDING
