"""Paying for a placed order through the API: again after a decline, in another way, once per key."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from orders.tests.factories import OrderFactory, paid_order
from payments.gateways.base import Fetched
from payments.models import Payment
from payments.services.payments import fail_payment, hold_payment

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def call(order, data=None, *, user=None, query="", **headers):
    client = Client()
    if user:
        headers["authorization"] = f"Token {issue_token(user=user)}"
    address = f"/api/orders/{getattr(order, 'pk', order)}/payments{query}"
    if data is None:
        return client.get(address, headers=headers)
    return client.post(address, json.dumps(data), content_type="application/json", headers=headers)


def by_token(order, slash=""):
    return f"{slash}?token={order.token}"


@pytest.mark.parametrize("slash", ["", "/"])
def test_after_a_decline_a_guest_pays_in_another_way(slash):
    order = OrderFactory(payment_method="demo")
    declined = Payment.objects.get(order=order)
    fail_payment(payment=declined, reason="The card was declined.")
    known = call(order, query=by_token(order, slash)).json()
    assert known["amount_due"] == float(order.total)
    assert {"code": "bank_transfer", "label": "Bank transfer"} in known["ways_to_pay"]
    assert [one["failure_reason"] for one in known["payments"]] == ["The card was declined."]

    answer = call(order, {"payment_method": "Bank transfer"}, query=by_token(order, slash))
    made = Payment.objects.get(order=order, gateway="bank_transfer")
    assert answer.status_code == 201
    assert answer.json() == {
        "message": "Payment created successfully",
        "payment_id": made.pk,
        "payment_url": None,
    }
    again = call(order, {"payment_method": "bank_transfer"}, query=by_token(order, slash))
    assert again.json()["payment_id"] == made.pk
    online = call(order, {"payment_method": "demo"}, query=by_token(order, slash)).json()
    assert online["payment_url"].startswith("http")
    assert [one["payment_id"] for one in call(order, query=by_token(order)).json()["payments"]] == [
        online["payment_id"],
        made.pk,
        declined.pk,
    ]


def test_the_same_key_opens_one_payment():
    order = OrderFactory(payment_method="demo", customer=UserFactory())
    fail_payment(payment=Payment.objects.get(order=order), reason="Declined")
    key = {"user": order.customer, "idempotency-key": "p-1"}
    first = call(order, {"payment_method": "demo"}, **key)
    assert (
        first.status_code == 201 and call(order, {"payment_method": "demo"}, **key).content == first.content
    )
    other = call(order, {"payment_method": "bank_transfer"}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert Payment.objects.filter(order=order).count() == 2


def test_what_cannot_be_paid():
    paid, held = paid_order(), OrderFactory(payment_method="demo")
    payment = Payment.objects.get(order=held)
    hold_payment(payment=payment, reason="Another amount", fetched=Fetched(status="captured"))
    for order, status, code in ((paid, 409, "not_payable"), (held, 409, "payment_held")):
        answer = call(order, {"payment_method": "demo"}, query=by_token(order))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert call(paid, query=by_token(paid)).json()["ways_to_pay"] == []
    order = OrderFactory()
    for method in ("Gold", "link"):
        wrong = call(order, {"payment_method": method}, query=by_token(order))
        assert wrong.status_code == 400 and "payment_method" in wrong.json()["errors"]


def test_whose_payments_they_are():
    order, other = OrderFactory(customer=UserFactory()), OrderFactory()
    for data in (None, {}):
        assert call(order, data).status_code == 401
        assert call(order, data, user=UserFactory()).status_code == 404
        assert call(order, data, query=by_token(other)).status_code == 404
        assert call(999999, data, user=order.customer).status_code == 404
        assert call(order, data, user=UserFactory(is_staff=True)).status_code == 403
    assert call(order, user=StaffFactory()).status_code == 200
    assert Payment.objects.filter(order=order).count() == 1


def test_the_list_costs_the_same_however_often_it_was_tried():
    order, counts = OrderFactory(payment_method="demo"), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert call(order, query=by_token(order)).status_code == 200
        counts.append(len(queries))
        for _ in range(3):
            payment = Payment.objects.filter(order=order).latest("pk")
            fail_payment(payment=payment, reason="Declined")
            call(order, {"payment_method": "demo"}, query=by_token(order))
    assert counts[0] == counts[1]
