"""Payments and refunds through the API."""

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from orders.services.fulfilment import ship_order
from orders.tests.factories import OrderFactory, paid_order
from payments.models import Payment, Refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def call(client, method, path, data=None, *, user=None, **headers):
    if user:
        headers["authorization"] = f"Token {issue_token(user=user)}"
    body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
    return getattr(client, method)(f"/api{path}", headers=headers, **body)


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.fixture
def payment():
    variants = [ProductFactory(stock=9, price=price).variants.get() for price in ("20.00", "6.67")]
    return Payment.objects.get(order=paid_order(*variants, customer=UserFactory(), quantity=3))


def refund(client, payment, data, user, **headers):
    return call(client, "post", f"/payments/{payment.pk}/refunds", data, user=user, **headers)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_documented_shape(client, payment, slash):
    body = call(client, "get", f"/payments/{payment.pk}{slash}", user=payment.order.customer).json()
    assert (body["payment_id"], body["order_id"]) == (payment.pk, payment.order_id)
    assert body["amount"] == 83.91 and body["payment_method"] == "Bank transfer"
    assert body["payment_date"].endswith("Z") and body["payment_state"] == "Paid"
    assert (body["refunded_amount"], body["refunds"]) == (0, [])


def test_an_open_payment_has_no_date(client, staff):
    payment = Payment.objects.get(order=OrderFactory())
    body = call(client, "get", f"/payments/{payment.pk}", user=staff).json()
    assert (body["payment_date"], body["payment_state"]) == (None, "Pending")


def test_other_peoples_payments(client, payment):
    for path in (f"/payments/{payment.pk}", "/payments/999999"):
        assert call(client, "get", path, user=UserFactory()).status_code == 404
        assert call(client, "get", path).status_code == 401
    assert call(client, "get", "/payments", user=UserFactory()).json()["count"] == 0


def test_lists_and_their_filters(client, payment, staff):
    other = OrderFactory()

    def found(query, user=staff):
        return [
            row["order_id"] for row in call(client, "get", f"/payments?{query}", user=user).json()["results"]
        ]

    assert found("") == [other.pk, payment.order_id]
    assert found(f"order_id={other.pk}") == [other.pk]
    assert found("payment_state=PAID") == [payment.order_id]
    assert found("", user=payment.order.customer) == [payment.order_id]
    assert call(client, "get", "/payments?payment_state=lost", user=staff).status_code == 400


def test_a_part_then_the_rest(client, payment, staff):
    response = refund(client, payment, {"amount": 20.00, "reason": "Arrived late"}, staff)
    assert response.status_code == 201 and b'"amount":20.00' in response.content
    body = response.json()
    assert body["message"] == "Refund created successfully" and body["payment_id"] == payment.pk
    assert body["refund"]["refund_status"] == "Sent back"
    assert refund(client, payment, {"reason": "The rest"}, staff).json()["refund"]["amount"] == 63.91
    over = refund(client, payment, {"reason": "Once more"}, staff)
    assert (over.status_code, over.json()["code"]) == (409, "nothing_to_refund")


def sent(payment):
    ship_order(order=payment.order, carrier="DHL")
    return payment


def test_lines_go_back_at_what_was_paid_for_them_and_only_once(client, payment, staff):
    line = sent(payment).order.lines.last()

    def ask(pieces, **more):
        lines = [{"sku": line.sku, "quantity": pieces}]
        return refund(client, payment, {"lines": lines, "reason": "Broken"} | more, staff)

    part = ask(1).json()
    assert part["refund"]["amount"] == 6.67
    assert part["credit_note"] == payment.order.credit_notes.get().number
    again = ask(3)
    assert (again.status_code, again.json()["code"]) == (409, "already_refunded")
    rest = ask(2, delivery=True, restock=True).json()
    assert rest["refund"]["amount"] == 17.24
    assert StockItem.objects.get(variant=line.variant).on_hand == 9 - 3 + 2
    once = refund(client, payment, {"delivery": True, "reason": "Late"}, staff)
    assert (once.status_code, once.json()["code"]) == (409, "delivery_refunded")


def test_pieces_that_have_not_left_are_taken_out_of_the_order_instead(client, payment, staff):
    line = payment.order.lines.last()
    answer = refund(client, payment, {"lines": [{"sku": line.sku}], "reason": "Sold out"}, staff)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_sent")
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"amount": 83.92, "reason": "Too much"}, 409, "above_captured"),
        ({"amount": 0, "reason": "None"}, 400, "bad_input"),
        ({"amount": -1, "reason": "None"}, 400, "bad_input"),
        ({"amount": 1.005, "reason": "Half a cent"}, 400, "invalid"),
        ({"amount": "much", "reason": "Words"}, 400, "invalid"),
        ({"amount": 5}, 400, "invalid"),
        ({"lines": [], "reason": "None"}, 400, "invalid"),
        ({"lines": [{"sku": "OTHER"}], "reason": "Not theirs"}, 400, "bad_input"),
        ({"amount": 1, "lines": [{"sku": "OTHER"}], "reason": "Both"}, 400, "bad_input"),
    ],
)
def test_refunds_that_are_refused(client, payment, staff, data, status, code):
    response = refund(client, payment, data, staff)
    assert (response.status_code, response.json()["code"]) == (status, code)
    payment.refresh_from_db()
    assert not Refund.objects.exists() and payment.refunded_amount == 0


def test_only_who_may_send_money(client, payment):
    data = {"amount": 1, "reason": "Please"}
    clerk = UserFactory(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_payment"))
    assert refund(client, payment, data, clerk).status_code == 403
    assert refund(client, payment, data, payment.order.customer).status_code == 403
    assert refund(client, payment, data, UserFactory()).status_code == 404
    assert refund(client, payment, data, None).status_code == 401
    assert not Refund.objects.exists()


def test_the_same_key_sends_money_once(client, payment, staff):
    data = {"amount": 5, "reason": "Sorry"}
    first = refund(client, payment, data, staff, **{"idempotency-key": "r-1"})
    again = refund(client, payment, data, staff, **{"idempotency-key": "r-1"})
    assert again.status_code == 201 and again.content == first.content
    assert Refund.objects.get().amount == Decimal(5)
    other = refund(client, payment, data | {"amount": 6}, staff, **{"idempotency-key": "r-1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    refund(client, payment, data, staff, **{"idempotency-key": "r-2"})
    assert Refund.objects.count() == 2


def test_a_bank_that_does_not_answer_leaves_it_pending(client, staff):
    """The demo bank knows nothing of this payment, so it refuses to send money back."""
    payment = Payment.objects.get(order=paid_order(payment_method="demo"))
    body = refund(client, payment, {"reason": "Sorry"}, staff, **{"idempotency-key": "r"}).json()
    assert body["refund"]["refund_status"] == "Pending"
    assert refund(client, payment, {"reason": "Sorry"}, staff, **{"idempotency-key": "r"}).json() == body
    assert Refund.objects.count() == 1
