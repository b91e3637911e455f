"""Returns that end without money, through the API: closed by staff, cancelled by their shopper."""

import json

import pytest
from django.test import Client

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from orders.models import OrderLine, Return
from orders.services.return_steps import approve_return
from orders.services.returns import request_return
from orders.tests.factories import shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def post(return_, step, data=None, *, user=None, query=""):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    path = f"/api/orders/{return_.order_id}/returns/{return_.number}/{step}{query}"
    return Client().post(path, json.dumps(data or {}), content_type="application/json", headers=headers)


def asked(order):
    return request_return(order=order, lines={order.lines.get().pk: (1, "damaged", "")})


def test_staff_close_one_that_never_came_and_its_piece_may_be_asked_back_again():
    return_, staff = approve_return(return_=asked(shipped_order())), StaffFactory()
    for _ in range(2):
        closed = post(return_, "close", {"reason": "It never came"}, user=staff)
        assert closed.status_code == 200
        assert closed.json()["return_status"] == "Closed without refund"
        assert closed.json()["answer"] == "It never came"
    assert OrderLine.objects.get().quantity_returned == 0
    assert return_.order.events.filter(kind="return_closed").count() == 1


def test_closing_is_for_staff_with_the_right_a_reason_and_the_right_moment():
    order = shipped_order(customer=UserFactory())
    return_ = asked(order)
    assert post(return_, "close", {"reason": "x"}).status_code == 401
    assert post(return_, "close", {"reason": "x"}, user=UserFactory()).status_code == 404
    for user in (order.customer, staff_with("orders.view_order")):
        assert post(return_, "close", {"reason": "x"}, user=user).status_code == 403
    staff = StaffFactory()
    assert "reason" in post(return_, "close", {"reason": " "}, user=staff).json()["errors"]
    early = post(return_, "close", {"reason": "x"}, user=staff)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    assert Return.objects.get().status == "requested"


def test_its_shopper_cancels_it_as_customer_or_with_the_token():
    mine, guests = asked(shipped_order(customer=UserFactory())), asked(shipped_order())
    calls = [(mine, {"user": mine.order.customer}), (guests, {"query": f"?token={guests.order.token}"})]
    for return_, who in calls:
        for _ in range(2):
            done = post(return_, "cancel", **who)
            assert (done.status_code, done.json()["return_status"]) == (200, "Cancelled")
        assert return_.order.events.filter(kind="return_cancelled").count() == 1
    assert set(OrderLine.objects.values_list("quantity_returned", flat=True)) == {0}


def test_nobody_else_cancels_it_and_not_after_its_end():
    return_, other = asked(shipped_order(customer=UserFactory())), shipped_order()
    assert post(return_, "cancel").status_code == 401
    for who in ({"user": UserFactory()}, {"query": f"?token={other.token}"}):
        assert post(return_, "cancel", **who).status_code == 404
    assert post(return_, "cancel", user=staff_with("orders.view_order")).status_code == 403
    assert Return.objects.get().status == "requested"
    post(return_, "reject", {"reason": "Engraved"}, user=StaffFactory())
    late = post(return_, "cancel", user=return_.order.customer)
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
