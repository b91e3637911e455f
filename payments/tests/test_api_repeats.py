"""`Idempotency-Key`: one order however often, and however much at once, it is asked for."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from orders.models import IdempotentRequest, Order
from orders.services.idempotency import forget_answers
from orders.tests.factories import make_rates, paid_order
from payments.models import Payment, Refund


def order_body(product, **changes):
    items = [{"product_id": product.pk, "quantity": 1}]
    return {"email": "nora@example.com", "shipping_address": "123 Elm St", "items": items} | changes


def post(data, *, path="/orders", key="k-1", user=None):
    headers = {"idempotency-key": key}
    if user:
        headers["authorization"] = f"Token {issue_token(user=user)}"
    return Client().post(f"/api{path}", json.dumps(data), content_type="application/json", headers=headers)


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(stock=20, price="20.00")


def at_once(number, act):
    """What `act` returns in each of `number` threads that start together."""
    start = Barrier(number)

    def run(_):
        try:
            start.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.django_db
def test_the_first_answer_again_to_the_letter(product):
    first = post(order_body(product))
    again = post(order_body(product), path="/orders/")
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert Order.objects.count() == Payment.objects.count() == 1


@pytest.mark.django_db
def test_another_body_is_refused(product):
    post(order_body(product))
    for changes in ({"note": "Ring twice"}, {"items": [{"product_id": product.pk, "quantity": 2}]}):
        response = post(order_body(product, **changes))
        assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")
    assert Order.objects.count() == 1


@pytest.mark.django_db
def test_keys_belong_to_their_caller(product):
    one, other = UserFactory(), UserFactory()
    answers = [post(order_body(product), user=user).json() for user in (one, other, None)]
    assert len({answer["order_id"] for answer in answers}) == 3
    assert post(order_body(product, email="else@example.com")).json()["order_id"] not in answers
    assert Order.objects.count() == 4


@pytest.mark.django_db
def test_a_refusal_is_not_kept(product):
    StockItem.objects.update(on_hand=0)
    assert post(order_body(product)).status_code == 409
    assert not IdempotentRequest.objects.exists()
    StockItem.objects.update(on_hand=1)
    assert post(order_body(product)).status_code == 201


@pytest.mark.django_db
def test_a_key_that_is_too_long(product):
    response = post(order_body(product), key="k" * 256)
    assert (response.status_code, response.json()["code"]) == (400, "bad_key")


@pytest.mark.django_db
def test_old_answers_are_forgotten_and_recent_ones_kept(product):
    post(order_body(product))
    assert forget_answers(now=timezone.now() + timedelta(days=29)) == 0
    assert forget_answers(now=timezone.now() + timedelta(days=31)) == 1


@pytest.mark.django_db
def test_neither_keys_nor_callers_are_kept_in_the_open(product):
    post(order_body(product), key="my-secret-key")
    row = IdempotentRequest.objects.get()
    assert "my-secret-key" not in row.key_hash and "nora" not in row.caller


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_order(product):
    answers = at_once(8, lambda: post(order_body(product)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Order.objects.count() == Payment.objects.count() == 1
    assert StockItem.objects.get().held == 1


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_without_a_key_make_eight_orders(product):
    """The control: it is the key that makes them one."""
    answers = at_once(8, lambda: post(order_body(product), key=""))
    assert {answer.status_code for answer in answers} == {201}
    assert Order.objects.count() == 8


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_six_refunds_at_once_send_money_once():
    payment, staff = Payment.objects.get(order=paid_order()), StaffFactory()
    token = issue_token(user=staff)

    def refund():
        return Client().post(
            f"/api/payments/{payment.pk}/refunds",
            json.dumps({"reason": "All of it"}),
            content_type="application/json",
            headers={"idempotency-key": "r", "authorization": f"Token {token}"},
        )

    answers = at_once(6, refund)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["refund"]["refund_id"] for answer in answers}) == 1
    assert Refund.objects.get().amount == payment.amount
