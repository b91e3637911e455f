"""Lines of an order changed through the API: looked at, confirmed, and the difference settled."""

import json

import pytest
from django.test import Client

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from orders.models import IdempotentRequest, Order
from orders.tests.factories import paid_order, shipped_order
from payments.models import Refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def put(order, data, *, user=None, key="", query=""):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    if key:
        headers["idempotency-key"] = key
    path = f"/api/orders/{order.pk}/items{query}"
    return Client().put(path, json.dumps(data), content_type="application/json", headers=headers)


def wish(order, quantity, **more):
    return {"items": [{"sku": order.lines.first().sku, "quantity": quantity}], "reason": "By phone"} | more


def confirm(order, data, *, user, **more):
    """Look at the new total, then send the same with what the look answered."""
    looked = put(order, data, user=user).json()
    seen = {"confirmed_total": looked["quote"]["total"], "revision": looked["revision"]}
    return put(order, data | seen, user=user, **more)


def test_looking_says_the_new_total_and_changes_nothing():
    order = paid_order(quantity=2)
    answer = put(order, wish(order, 3), user=StaffFactory())
    body = answer.json()
    assert (answer.status_code, body["applied"], body["order"], body["revision"]) == (200, False, None, 0)
    assert (body["old_total"], body["difference"], body["quote"]["total"]) == (43.9, 20.0, 63.9)
    assert [(item["sku"], item["quantity"]) for item in body["items"]] == [(order.lines.get().sku, 3)]
    assert order.lines.get().quantity == 2 and Order.objects.get().revision == 0


def test_confirming_changes_it_and_sends_the_difference_back_once():
    order, staff = paid_order(quantity=3), StaffFactory()
    first = confirm(order, wish(order, 1), user=staff, key="e-1")
    body = first.json()
    assert (first.status_code, body["applied"], body["revision"], body["difference"]) == (200, True, 1, -40.0)
    assert [item["quantity"] for item in body["order"]["items"]] == [1]
    assert body["order"]["total_price"] == body["order"]["amount_paid"] == 23.9
    seen = wish(order, 1) | {"confirmed_total": body["quote"]["total"], "revision": 0}
    assert put(order, seen, user=staff, key="e-1").json() == body
    again = put(order, seen, user=staff)
    assert (again.status_code, again.json()["code"]) == (409, "order_changed")
    assert Refund.objects.get().amount == 40 and order.events.get(kind="edited").actor == staff
    assert StockItem.objects.get().held == 1


def test_a_request_that_was_cut_off_is_told_what_it_did():
    order, staff = paid_order(quantity=3), StaffFactory()
    first = confirm(order, wish(order, 1), user=staff, key="e-1").json()
    seen = wish(order, 1) | {"confirmed_total": first["quote"]["total"], "revision": 0}
    IdempotentRequest.objects.update(status=None, body="")
    again = put(order, seen, user=staff, key="e-1")
    assert (again.status_code, again.json()) == (200, first)
    assert Refund.objects.get().amount == 40 and order.events.filter(kind="edited").count() == 1


def test_other_lines_stay_new_things_are_added_and_zero_removes():
    mug, vase, bowl = (ProductFactory(stock=9, price="10.00").variants.get() for _ in range(3))
    order, staff = paid_order(mug, vase), StaffFactory()
    items = [{"sku": mug.sku, "quantity": 0}, {"sku": bowl.sku, "quantity": 2}]
    done = confirm(order, {"items": items, "reason": "Swapped"}, user=staff).json()
    assert {item["sku"]: item["quantity"] for item in done["order"]["items"]} == {vase.sku: 1, bowl.sku: 2}
    assert (done["order"]["amount_due"], done["order"]["payment_status"]) == (10.0, "Partly paid")


def test_who_may_change_what():
    order = paid_order(quantity=2, customer=UserFactory())
    other = paid_order()
    for user, status in ((UserFactory(), 404), (UserFactory(is_staff=True), 403)):
        assert put(order, wish(order, 1), user=user).status_code == status
        assert put(order, wish(order, 1), query=f"?token={other.token}", user=user).status_code == status
    assert put(order, wish(order, 1)).status_code == 401
    for user in (order.customer, staff_with("orders.view_order", "orders.see_order_amounts")):
        assert put(order, wish(order, 1), user=user).status_code == 403
    clerk = staff_with("orders.view_order", "orders.see_order_amounts", "orders.change_order")
    refused = confirm(order, wish(order, 1), user=clerk)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert "€20.00" in refused.json()["detail"] and not Refund.objects.exists()
    assert confirm(order, wish(order, 3), user=clerk).json()["order"]["amount_due"] == 20.0


def test_a_total_nobody_saw_and_an_order_that_left_are_409():
    order, staff = paid_order(quantity=2), StaffFactory()
    unseen = put(order, wish(order, 3, confirmed_total=1, revision=0), user=staff)
    assert (unseen.status_code, unseen.json()["code"], unseen.json()["total"]) == (409, "total_changed", 63.9)
    gone = shipped_order()
    left = put(gone, wish(gone, 2), user=staff)
    assert (left.status_code, left.json()["code"]) == (409, "wrong_state")
    assert Order.objects.get(pk=order.pk).revision == 0


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"reason": " "}, 400, "reason"),
        ({"items": "all"}, 400, "items.non_field_errors"),
        ({"items": [{"sku": "X", "quantity": -1}]}, 400, "items.0.quantity"),
        ({"items": [{"quantity": 1}]}, 400, "items.0.sku"),
        ({"items": [{"sku": "X", "quantity": 1}] * 2}, 400, "items"),
        ({"items": [{"sku": "X", "quantity": 0}]}, 400, "items"),
        ({"confirmed_total": 1}, 400, "revision"),
        ({"revision": 1}, 400, "confirmed_total"),
        ({"items": []}, 400, None),
        ({"items": [{"sku": "X", "quantity": 1}]}, 404, None),
    ],
)
def test_bad_input_is_named(changes, status, field):
    order = paid_order()
    refused = put(order, wish(order, 2, **changes), user=StaffFactory())
    assert refused.status_code == status
    assert list(refused.json().get("errors", {})) == ([field] if field else [])


def test_more_than_there_is_and_less_than_has_left():
    few = ProductFactory(stock=2).variants.get()
    order, staff = paid_order(few), StaffFactory()
    dear = confirm(order, wish(order, 5), user=staff)
    assert (dear.status_code, dear.json()["code"]) == (409, "out_of_stock")
    nothing = put(order, wish(order, 0), user=staff)
    assert (nothing.status_code, nothing.json()["code"]) == (400, "empty_order")
    assert order.lines.get().quantity == 1
