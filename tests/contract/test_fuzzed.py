"""Made-up requests to a real shop, as visitor, customer and staff: nothing breaks, and every answer
(its status, type, headers and body) is one that the document describes.
"""

from collections.abc import Mapping
from typing import Any

import pytest
import requests

from tests.contract.fuzzing import Known, Report, fuzz
from tests.shop_server import ShopServer, running_shop

pytestmark = pytest.mark.server

_UNCOUNTED = {
    f"API_RATE_{kind}": "1000000/min" for kind in ("BROWSE", "CHECKOUT", "MANAGE", "SIGN_IN", "CODES")
}
# Who is signed in would end the run with these.
_NEVER = ["sign_out", "tokens_end_others"]
# DELETE /reviews/5 meets the route that lists the reviews of a product, which only reads.
_BESIDE_THE_POINT = ("reviews_destroy: Undocumented status code: Received: 405",)
# Operations that made-up requests cannot get right, and why. test_every_route gets each right.
_NEVER_RIGHT: dict[str, str] = {
    "payments_webhook": "its signature cannot be guessed",
    "sign_in": "passwords are not in the document",
    "sign_in_staff": "passwords are not in the document",
    "token_validate": "tokens are not in the document",
    "code_sign_in": "one-time codes are not in the document",
    "tokens_end": "tokens are not in the document",
    "inventory_hold_release": "holds are named by chance",
    "stores_destroy": "all stores of the demo sell products",
    "viewcart_retrieve": "carts are named by chance",
    "gift_cards_balance": "codes of gift cards are kept as hashes",
    "cart_gift_cards_create": "codes of gift cards are kept as hashes",
    "cart_gift_cards_destroy": "no card can be in the cart",
    "orders_returns_create": "needs an order's own items",
    "orders_returns_receive": "needs a return's own items",
    "webhooks_create": "the shop does not send to addresses of this machine",
    "webhooks_update": "the demo has no webhooks",
    "webhooks_retrieve": "the demo has no webhooks",
    "webhooks_destroy": "the demo has no webhooks",
    "webhooks_rotate": "the demo has no webhooks",
    "webhooks_test": "the demo has no webhooks",
    "webhooks_deliveries": "the demo has no webhooks",
    "webhooks_replay": "the demo has no webhooks",
    "categories_destroy": "all categories of the demo hold products",
    "cart_items_destroy": "the cart's lines come and go between requests",
    "cart_items_update": "the cart's lines come and go between requests",
    "cart_coupons_destroy": "the cart's codes come and go between requests",
    "products_questions_create": "made-up words are often too few, and few are taken in an hour",
    "reviews_create": "needs a product this customer has bought and not reviewed",
    "reviews_destroy": "deleting needs one's own review",
}
"""For staff; a customer or visitor is refused besides where the answer can be a refusal."""


def test_as_staff():
    with running_shop("fuzz-staff", workers=1, **_UNCOUNTED) as shop:
        known = _known(shop, orders="status IN ('processing', 'shipped', 'pending')")
        report = fuzz(shop.url, token=_token(shop, "owner"), known=known, never=_NEVER, each=2)
    _nothing_wrong(report)
    missed = {name for name, counts in report.statuses.items() if not any(200 <= n < 300 for n in counts)}
    assert missed <= _NEVER_RIGHT.keys(), f"never right: {sorted(missed - _NEVER_RIGHT.keys())}"
    assert not _NEVER_RIGHT.keys() - report.statuses.keys(), "an exception for a route that is gone"


def test_as_a_customer():
    with running_shop("fuzz-customer", workers=1, **_UNCOUNTED) as shop:
        known = _known(shop, orders="customer_id = 2")
        report = fuzz(shop.url, token=_token(shop, "ada"), known=known, never=_NEVER, each=1)
        _nothing_wrong(report)
        for name in ("orders_list", "orders_retrieve", "payments_retrieve", "cart_items_create"):
            assert report.statuses[name][200] + report.statuses[name][201], name
        for name in ("products_create", "products_destroy", "categories_update", "orders_picking_update"):
            assert set(report.statuses[name]) <= {401, 403, 404}, name


def test_as_a_visitor():
    with running_shop("fuzz-visitor", workers=1, **_UNCOUNTED) as shop:
        report = fuzz(shop.url, token="", known=_known(shop, orders="1"), each=1)
    _nothing_wrong(report)
    for name in ("products_list", "products_retrieve", "cart_items_create", "delivery_retrieve"):
        assert report.statuses[name][200] + report.statuses[name][201], name
    for name in ("orders_list", "payments_list", "products_create", "products_update", "sign_out"):
        assert set(report.statuses[name]) <= {401, 404}, name


def _nothing_wrong(report: Report) -> None:
    wrong = [text for text in report.failures if not text.startswith(_BESIDE_THE_POINT)]
    assert not wrong, f"{len(wrong)} answers are not what the document says\n\n" + "\n\n".join(wrong[:10])
    assert not any(status >= 500 for counts in report.statuses.values() for status in counts)


def _token(shop: ShopServer, who: str) -> str:
    given = {"email": f"{who}@alcove.example", "password": f"alcove-demo-{who}"}
    answer = requests.post(f"{shop.url}/api/signin", json=given, timeout=60)
    return answer.json()["credentials"]["token"]


def _known(shop: ShopServer, *, orders: str) -> Known:
    """Ids of the demo's rows; `orders` narrows those of orders."""

    def column(sql: str) -> list[Any]:
        return [next(iter(row.values())) for row in shop.rows(sql)]

    mine = column(f"SELECT id FROM orders_order WHERE {orders} ORDER BY id")  # noqa: S608
    in_stock = column(
        "SELECT v.sku FROM catalog_variant v JOIN catalog_stockitem s ON s.variant_id = v.id"
        " WHERE s.on_hand - s.held > 5 ORDER BY v.id"
    )
    unpaid = "status = 'pending' AND payment_status = 'unpaid'"
    # The newest, which nobody has begun to pack.
    open_ = f"{orders} AND status IN ('pending', 'processing') AND picking_at IS NULL ORDER BY id DESC"
    plain = (
        "SELECT v.product_id FROM catalog_variant v JOIN catalog_stockitem s ON s.variant_id = v.id"
        " WHERE s.on_hand - s.held > 5 GROUP BY v.product_id"
    )
    returns = shop.rows("SELECT number, order_id, status FROM orders_return ORDER BY id")
    return {
        "product_id": column("SELECT id FROM catalog_product ORDER BY id DESC"),
        "sku": column("SELECT v.sku FROM catalog_variant v ORDER BY v.product_id DESC, v.id"),
        "category_id": column("SELECT id FROM catalog_category ORDER BY id"),
        "store_id": column("SELECT id FROM catalog_store"),
        "order_id": mine,
        "payment_id": column(
            f"SELECT p.id FROM payments_payment p JOIN orders_order o ON o.id = p.order_id WHERE o.{orders}"
            if orders != "1"
            else "SELECT id FROM payments_payment"
        ),
        "customer_id": column("SELECT customer_id FROM customers_user WHERE id = 2"),
        "line_id": list(range(1, 30)),
        "country": ["DE", "AT"],
        "delivery_retrieve:country": ["DE"],
        "delivery_retrieve:postal_code": ["10115"],
        "delivery_retrieve:weight_grams": [500],
        "delivery_retrieve:subtotal": [20],
        "delivery_retrieve:quantity": [1],
        "q": ["lamp", "wool"],
        "gateway": ["demo"],
        "cart_coupons_create:code": ["SHIPFREE"],
        "cart_coupons_destroy:code": ["SHIPFREE"],
        "categories_update:body": [{"name": f"Lamps {number}"} for number in range(30)],
        "products_create:body": [_new_product(number) for number in range(30)],
        "mobile": ["+4915123456789"],
        "coupon_id": column("SELECT id FROM orders_discount ORDER BY id"),
        "id": column("SELECT id FROM catalog_product ORDER BY id"),
        "pid": column("SELECT id FROM catalog_product ORDER BY id"),
        "orders_picking_update:body": [{"picking": True}],
        "orders_picking_update:order_id": column(
            "SELECT id FROM orders_order WHERE status = 'processing' AND payment_status = 'paid'"
        ),
        "orders_items_update:body": [
            {"items": [{"sku": sku, "quantity": 1}], "reason": "By phone"} for sku in in_stock
        ],
        "orders_items_update:order_id": column(f"SELECT id FROM orders_order WHERE {open_}"),
        "orders_update:order_id": column(f"SELECT id FROM orders_order WHERE {open_}"),
        "orders_update:body": [{"shipping_address": "9 Oak Rd"}],
        "orders_payments_create:order_id": column(f"SELECT id FROM orders_order WHERE {unpaid}"),
        "orders_payments_create:body": [{"payment_method": "bank_transfer"}],
        "inventory_decrement:product_id": column(f"{plain} HAVING count(*) = 1"),
        "inventory_decrement:body": [{"quantity": 1, "reference": f"till:{n}"} for n in range(30)],
        "coupons_update:body": [
            {"code": f"FLAT{n}", "name": "Flat 20% off", "multiplier": 0.8} for n in range(30)
        ],
        "orders_create:body": [_wish(sku) for sku in in_stock],
        "cart_add:body": [{"sku": sku, "quantity": 1} for sku in in_stock],
        "cart_items_create:body": [{"sku": sku, "quantity": 1} for sku in reversed(in_stock)],
        **_returns(returns),
    }


def _new_product(number: int) -> dict[str, Any]:
    return {"product_name": f"Smartphone {number}", "category_id": 1, "price": 699.99, "stock_quantity": 50}


def _wish(sku: str) -> dict[str, Any]:
    return {
        "email": "nora@example.com",
        "shipping_address": "123 Elm St",
        "items": [{"sku": sku}],
        "payment_method": "bank_transfer",
    }


def _returns(rows: list[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """For each step the returns of the state that allows it."""
    steps = {
        "orders_returns_retrieve": ("requested", "approved", "refunded"),
        "orders_returns_approve": ("requested",),
        "orders_returns_reject": ("requested",),
        "orders_returns_cancel": ("requested", "approved"),
        "orders_returns_close": ("approved",),
        "orders_returns_receive": ("approved",),
        "orders_returns_refund": ("received",),
    }
    found: dict[str, list[Any]] = {}
    for name, states in steps.items():
        fit = [row for row in rows if row["status"] in states]
        if name == "orders_returns_reject":
            fit.reverse()  # the others begin at the other end
        if fit:
            found[f"{name}:number"] = [row["number"] for row in fit]
            found[f"{name}:order_id"] = [row["order_id"] for row in fit]
    return found
