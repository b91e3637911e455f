"""A program that buys, follows and refunds an order with nothing but the generated client.

It is run with the client on its path, and typed: what the document says is what mypy checks.
"""

import re
import sys
import uuid
from html import unescape
from typing import TypeVar

import httpx
from alcove_client import AuthenticatedClient, Client
from alcove_client.api.cart import cart_coupons_create, cart_items_create, cart_retrieve
from alcove_client.api.catalogue import products_retrieve, products_search
from alcove_client.api.orders import orders_create, orders_retrieve, orders_status_update
from alcove_client.api.payments import payments_list, payments_refunds_create
from alcove_client.api.sign_in import sign_in
from alcove_client.models import (
    Cart,
    CartItemInputRequest,
    CodeRequest,
    NewOrderRequest,
    NewRefundRequest,
    NewStatusRequest,
    Order,
    OrderPlaced,
    PaginatedPaymentList,
    Problem,
    Product,
    ProductSearch,
    Refunded,
    SignedIn,
    SignInRequest,
    StatusChanged,
)
from alcove_client.models.new_order_request_shipping_address_type_1 import (
    NewOrderRequestShippingAddressType1 as PostalAddress,
)
from alcove_client.models.order_status_enum import OrderStatusEnum

T = TypeVar("T")
ADDRESS = PostalAddress(
    name="Nora Nagel", line1="Lindenallee 7", postal_code="10117", city="Berlin", country="DE"
)


def main(url: str) -> None:
    visitor = Client(base_url=url)
    staff = signed_in(visitor, "owner@alcove.example", "alcove-demo-owner", prefix="Bearer")
    ada = signed_in(visitor, "ada@alcove.example", "alcove-demo-ada", prefix="Token")

    cart = filled(visitor, ada)
    placed = order_twice(ada, cart)
    pay(str(placed.payment_url))
    order = a(Order, orders_retrieve.sync(placed.order_id, client=ada))
    assert (order.payment_status, order.total_price) == ("Paid", cart.quote.total)

    steps: list[OrderStatusEnum] = ["Shipped", "Delivered"]
    for step in steps:
        change = NewStatusRequest(order_status=step, carrier="DHL")
        done = a(StatusChanged, orders_status_update.sync(order.order_id, client=staff, body=change))
        seen = a(Order, orders_retrieve.sync(order.order_id, client=ada))
        assert done.order_status == seen.order_status == step
    assert seen.delivered_at is not None and seen.shipments[0].carrier == "DHL"
    refund(staff, ada, seen)


def signed_in(visitor: Client, email: str, password: str, *, prefix: str) -> AuthenticatedClient:
    """Both ways to send a token work."""
    wrong = sign_in.sync(client=visitor, body=SignInRequest(email=email, password="guessed"))
    assert isinstance(wrong, Problem) and wrong.code == "sign_in_refused"
    answer = sign_in.sync(client=visitor, body=SignInRequest(email=email, password=password))
    token = a(SignedIn, answer).credentials.token
    return AuthenticatedClient(base_url=visitor._base_url, token=token, prefix=prefix)


def filled(visitor: Client, ada: AuthenticatedClient) -> Cart:
    """A cart with two things, one of which a visitor found."""
    found = a(ProductSearch, products_search.sync(client=visitor, q="lamp", page_size=5))
    there = [row for row in found.results if row.stock_quantity > 1]
    product = a(Product, products_retrieve.sync(there[0].product_id, client=visitor))
    sku = next(variant.sku for variant in product.variants if variant.stock_quantity > 1)
    more = CartItemInputRequest(sku=sku, quantity=2)
    cart = a(Cart, cart_items_create.sync(client=ada, body=more))
    assert cart.quote.total == round(cart.quote.total, 2) > 0
    unknown = cart_coupons_create.sync(client=ada, body=CodeRequest(code="NO-SUCH-CODE"))
    assert isinstance(unknown, Problem) and unknown.code == "coupon_unknown"
    return a(Cart, cart_retrieve.sync(client=ada, country="DE", postal_code="10117"))


def order_twice(ada: AuthenticatedClient, cart: Cart) -> OrderPlaced:
    """The same key and body: one order."""
    wish = NewOrderRequest(
        shipping_address=ADDRESS, payment_method="Card (demo)", confirmed_total=cart.quote.total
    )
    key = str(uuid.uuid4())
    first, again = (
        a(OrderPlaced, orders_create.sync(client=ada, body=wish, idempotency_key=key)) for _ in range(2)
    )
    assert first == again
    other = NewOrderRequest(shipping_address="123 Elm St")
    reused = orders_create.sync(client=ada, body=other, idempotency_key=key)
    assert isinstance(reused, Problem) and reused.code == "idempotency_key_reused"
    return first


def pay(payment_url: str) -> None:
    """What the shopper's browser does on the payment page and at the demo bank."""
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        page = browser.get(payment_url)
        bank = browser.post(payment_url, data=form(page, payment_method="demo"))
        back = browser.post(str(bank.url), data=form(bank, choice="approve"))
        assert back.status_code == 200, back.text[:300]


def form(page: httpx.Response, **answers: str) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.text)
    assert found, page.text[:300]
    return {"csrfmiddlewaretoken": unescape(found[1]), **answers}


def refund(staff: AuthenticatedClient, ada: AuthenticatedClient, order: Order) -> None:
    paid = a(PaginatedPaymentList, payments_list.sync(client=staff, order_id=order.order_id)).results
    wish = NewRefundRequest(reason="Arrived late", amount=5.25)
    back = payments_refunds_create.sync(
        paid[0].payment_id, client=staff, body=wish, idempotency_key=str(uuid.uuid4())
    )
    assert a(Refunded, back).refund.amount == 5.25
    mine = payments_refunds_create.sync(paid[0].payment_id, client=ada, body=wish)
    assert isinstance(mine, Problem) and mine.status == 403
    now = a(Order, orders_retrieve.sync(order.order_id, client=ada))
    assert (now.payment_status, now.amount_paid) == ("Partly refunded", order.total_price - 5.25)


def a(kind: type[T], answer: object) -> T:
    """The answer as what it must be, or the problem in words."""
    assert isinstance(answer, kind), answer
    return answer


if __name__ == "__main__":
    main(sys.argv[1])
