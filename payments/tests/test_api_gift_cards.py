"""Gift cards for programs."""

import json

import pytest
from django.test import Client

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from orders.models import Order
from orders.tests.factories import cart_with
from payments.models import CartGiftCard, Payment
from payments.tests.factories import credit_for, new_card

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

CARDS, ORDERS, BALANCE = "/api/cart/gift-cards", "/api/orders", "/api/gift-cards/balance"
WHERE = {"email": "nora@example.com", "shipping_address": "123 Elm St"}


def send(method, url, data=None, **headers):
    body = json.dumps(data) if data is not None else ""
    return getattr(Client(), method)(url, body, content_type="application/json", headers=headers)


def as_user(user):
    return {"authorization": f"Token {issue_token(user=user)}"}


def test_a_card_is_kept_with_a_guests_cart_listed_and_taken_out():
    cart, card = cart_with(), new_card("5.00")
    mine = {"x-cart-token": cart.token}
    made = send("post", CARDS, {"code": card.code}, **mine)
    answer = made.json()
    assert made.status_code == 201
    assert answer["cards"][0] | {"id": 0} == {
        "id": 0, "kind": "gift_card", "last4": card.card.last4, "usable": True, "balance": 5.0, "pays": 5.0,
    }  # fmt: skip
    assert answer["left_to_pay"] == answer["total"] - 5 and card.code not in made.content.decode()
    assert send("get", CARDS, **mine).json() == answer
    url = f"{CARDS}/{answer['cards'][0]['id']}"
    assert send("delete", url, **{"x-cart-token": cart_with().token}).status_code == 404
    assert send("delete", url, **mine).json()["cards"] == []
    assert send("delete", url, **mine).status_code == 404


def test_refusals_are_problems_with_codes():
    mine = {"x-cart-token": cart_with().token}
    wrong = send("post", CARDS, {"code": "7K2M-9PQR-4TVW-X3YZ"}, **mine)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "gift_card_unusable")
    assert wrong["Content-Type"].startswith("application/problem+json") and "code" in wrong.json()["errors"]
    assert send("post", CARDS, {}, **mine).json()["code"] == "invalid"
    assert send("post", CARDS, {"store_credit": True}, **mine).json()["code"] == "no_store_credit"
    assert send("get", CARDS).json()["code"] == "unknown_cart"
    tries = [send("post", CARDS, {"code": "WRONG"}, **mine).status_code for _ in range(12)]
    assert tries[-1] == 429


def test_the_balance_is_told_to_who_has_the_code_and_guessing_ends():
    card = new_card("12.50")
    answer = send("post", BALANCE, {"code": card.code.lower()})
    assert answer.json() == {
        "last4": card.card.last4, "balance": 12.5, "currency": "EUR", "expires_on": None,
    }  # fmt: skip
    tries = [send("post", BALANCE, {"code": "7K2M9PQR4TVWX3YZ"}) for _ in range(21)]
    assert tries[0].json()["code"] == "gift_card_unusable" and tries[-1].status_code == 429
    assert "Retry-After" in tries[-1]


def test_an_order_is_placed_with_a_card_alone_or_beside_another_way():
    variant = cart_with().lines.get().variant
    wish = WHERE | {"items": [{"sku": variant.sku}], "payment_method": "demo"}
    small, large = new_card("5.00"), new_card("100.00")
    part = send("post", ORDERS, wish | {"gift_cards": [small.code]}).json()
    order = Order.objects.get(pk=part["order_id"])
    assert part["payment_url"] and Payment.objects.get(pk=part["payment_id"]).amount == order.total - 5
    full = send("post", ORDERS, wish | {"gift_cards": [large.code]}).json()
    assert full["payment_url"] is None and Order.objects.get(pk=full["order_id"]).payment_status == "paid"
    used_up = send("post", ORDERS, wish | {"gift_cards": [small.code]})
    assert (used_up.status_code, used_up.json()["code"]) == (400, "gift_card_unusable")
    assert "gift_cards" in used_up.json()["errors"] and Order.objects.count() == 2


def test_a_repeated_request_takes_the_money_once_and_counts_one_try():
    variant = cart_with().lines.get().variant
    wish = WHERE | {"items": [{"sku": variant.sku}], "gift_cards": [(card := new_card("5.00")).code]}
    answers = [send("post", ORDERS, wish, **{"idempotency-key": "once"}) for _ in range(25)]
    assert {answer.status_code for answer in answers} == {201} and Order.objects.count() == 1
    card.card.refresh_from_db()
    assert card.card.balance == 0


def test_a_customer_uses_their_own_credit_and_nobody_elses():
    customer = UserFactory()
    credit = credit_for(customer, "3.00")
    variant = cart_with().lines.get().variant
    wish = WHERE | {"items": [{"sku": variant.sku}], "use_store_credit": True, "payment_method": "demo"}
    stranger = send("post", ORDERS, wish, **as_user(UserFactory()))
    guest = send("post", ORDERS, wish)
    assert stranger.json()["code"] == guest.json()["code"] == "no_store_credit"
    placed = send("post", ORDERS, wish, **as_user(customer))
    credit.refresh_from_db()
    assert placed.status_code == 201 and credit.balance == 0
    assert Payment.objects.filter(gateway="gift_card").get().external_id == "Store credit"


def test_a_link_to_pay_takes_no_gift_cards():
    variant = cart_with().lines.get().variant
    wish = WHERE | {"items": [{"sku": variant.sku}], "payment_method": "link"}
    refused = send("post", ORDERS, wish | {"gift_cards": [new_card().code]}, **as_user(StaffFactory()))
    assert refused.status_code == 400 and not Order.objects.exists() and not CartGiftCard.objects.exists()


def test_the_document_describes_the_routes(client):
    paths = client.get("/api/schema/").json()["paths"]
    assert {"get", "post"} <= set(paths[CARDS]) and "post" in paths[BALANCE]
    assert "delete" in paths[f"{CARDS}/{{card_id}}"]
