"""Reading orders: their owners, staff, and guests with the link; nobody else."""

import uuid
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from orders.models import Order
from orders.tests.factories import OrderFactory, paid_order, shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def get(client, path, user=None):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    return client.get(f"/api{path}", headers=headers)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_documented_shape(client, slash):
    user = UserFactory()
    product = ProductFactory(stock=5, price="699.99")
    order = paid_order(product.variants.get(), customer=user)
    Order.objects.filter(pk=order.pk).update(placed_at=datetime(2024, 7, 13, 10, 30, 5, 77, tzinfo=UTC))
    response = get(client, f"/orders/{order.pk}{slash}", user)
    body = response.json()
    assert response.status_code == 200
    assert (body["order_id"], body["customer_id"]) == (order.pk, str(user.customer_id))
    assert body["order_status"] == "Processing" and body["payment_status"] == "Paid"
    assert body["shipping_address"] == "Lindenallee 7, 10117 Berlin, Germany"
    line = body["items"][0]
    assert (line["product_id"], line["quantity"], line["price"]) == (product.pk, 1, 699.99)
    assert body["total_price"] == 703.89 and b'"tax_rate":19.00' in response.content
    assert body["created_at"] == "2024-07-13T10:30:05Z"
    assert [event["kind"] for event in body["events"]] == ["placed", "paid"]


def test_a_parcel_is_told_and_what_staff_wrote_is_not(client):
    order = shipped_order(tracking_number="JJD1")
    order.events.create(kind="note", message="Rings at the wrong door", is_public=False)
    body = get(client, f"/orders/{order.pk}?token={order.token}").json()
    assert body["shipments"][0]["tracking_number"] == "JJD1"
    assert "note" not in [event["kind"] for event in body["events"]]
    assert "token" not in body


def test_strangers_get_404_and_a_known_order_answers_like_an_unknown_one(client):
    order = OrderFactory(customer=UserFactory())
    other = OrderFactory()
    wrong = f"/orders/{order.pk}?token={other.token}"
    assert get(client, wrong).status_code == 404
    for path in (f"/orders/{order.pk}", wrong, "/orders/999999"):
        assert get(client, path, UserFactory()).status_code == 404
        assert get(client, path, UserFactory(is_staff=True)).status_code == 403
    for path in (f"/orders/{order.pk}", "/orders/999999"):
        assert get(client, path).status_code == 401
    assert get(client, f"/orders/{order.pk}", StaffFactory()).status_code == 200
    assert get(client, f"/orders/{order.pk}?token={order.token}").status_code == 200


def test_lists_hold_the_own_orders_and_for_staff_all(client):
    user, staff = UserFactory(), StaffFactory()
    mine, other = OrderFactory(customer=user), OrderFactory()
    assert [row["order_id"] for row in get(client, "/orders", user).json()["results"]] == [mine.pk]
    listed = get(client, "/orders/", staff).json()
    assert {row["order_id"] for row in listed["results"]} == {mine.pk, other.pk}
    assert (listed["count"], listed["next"], listed["previous"]) == (2, None, None)
    assert get(client, "/orders", UserFactory(is_staff=True)).json()["count"] == 0
    refused = get(client, "/orders")
    assert refused.status_code == 401 and refused["WWW-Authenticate"] == "Token"


def test_who_sees_orders_may_not_change_them_and_sees_them_with_their_amounts_only(client):
    picker = UserFactory(is_staff=True)
    picker.user_permissions.add(Permission.objects.get(codename="view_order"))
    order = OrderFactory()
    assert get(client, f"/orders/{order.pk}", picker).status_code == 403
    assert order.number not in get(client, "/orders", picker).content.decode()
    picker.user_permissions.add(Permission.objects.get(codename="see_order_amounts"))
    assert get(client, f"/orders/{order.pk}", picker).status_code == 200
    response = client.put(
        f"/api/orders/{order.pk}/status",
        {"order_status": "cancelled"},
        content_type="application/json",
        headers={"authorization": f"Token {issue_token(user=picker)}"},
    )
    assert response.status_code == 403 and response.json()["code"] == "permission_denied"


def test_filters_and_ordering(client):
    staff = StaffFactory()
    waiting = OrderFactory(customer=UserFactory(email="waits@example.com"))
    paid = paid_order(quantity=2)

    def found(query):
        return [row["order_id"] for row in get(client, f"/orders?{query}", staff).json()["results"]]

    assert found("status=Processing") == found("status=PROCESSING") == [paid.pk]
    assert found("email=WAITS@example.com") == [waiting.pk]
    assert found(f"number={paid.number.lower()}") == [paid.pk]
    assert found("number=NONESUCH") == []
    assert found(f"customer_id={waiting.customer.customer_id}") == [waiting.pk]
    assert found("payment_status=awaiting payment") == [waiting.pk]
    assert found("ordering=-total_price") == [paid.pk, waiting.pk]
    assert found("page_size=1&page=2&ordering=created_at") == [paid.pk]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("status=lost", 400),
        ("email=nobody", 400),
        ("number=' OR 1=1", 400),
        ("customer_id=1", 400),
        ("ordering=password", 400),
        ("page_size=0", 400),
        ("page_size=many", 400),
        ("page=7", 404),
        ("page=x", 400),
        ("page_size=101", 400),
    ],
)
def test_filter_values_nobody_knows(client, query, status):
    response = get(client, f"/orders?{query}", StaffFactory())
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_a_customers_orders(client):
    user, staff = UserFactory(), StaffFactory()
    orders = [OrderFactory(customer=user) for _ in range(2)]
    path = f"/customers/{user.customer_id}/orders"
    body = get(client, path, user).json()
    newest = body["orders"][0]
    assert [row["order_id"] for row in body["orders"]] == [orders[1].pk, orders[0].pk]
    assert newest["order_status"] == "Pending"
    assert newest["shipping_address"] == "Lindenallee 7, 10117 Berlin, Germany"
    assert get(client, f"{path}/?page=2&page_size=1", staff).json()["orders"][0]["order_id"] == orders[0].pk
    assert get(client, path, UserFactory()).status_code == 404
    assert get(client, path, UserFactory(is_staff=True)).status_code == 403
    assert get(client, path).status_code == 401
    assert get(client, f"/customers/{uuid.uuid4()}/orders", user).status_code == 404
    assert get(client, "/customers/60e8e72b85a59e0d1f8f8b0f/orders", user).status_code == 404
    assert get(client, f"/customers/{'-' * 34}/orders", user).status_code == 404


@pytest.mark.parametrize("path", ["/orders", "/customers/{id}/orders", "/payments"])
def test_lists_cost_the_same_queries_however_long(client, path):
    user = UserFactory()
    counts = []
    headers = {"authorization": f"Token {issue_token(user=user)}"}
    for more in (1, 4):
        for _ in range(more):
            OrderFactory(customer=user, quantity=2)
        address = f"/api{path.format(id=user.customer_id)}"
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, headers=headers).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
