"""Guards under real parallelism, each with its control: without the guard the rule breaks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection
from django.db.models import F

from catalog.models import Hold, StockItem
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Discount, InvoiceCounter, Order
from orders.services import discount_uses
from orders.services.cart import add_coupon
from orders.services.checkout import place_order
from orders.services.orders import cancel_order, mark_paid
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def race(*actions):
    """Run the actions at once, each in a thread with its own connection; results or errors."""
    barrier = threading.Barrier(len(actions))

    def run(action):
        barrier.wait()
        try:
            return action()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def place(cart):
    return lambda: place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")


def last_one_for(rivals):
    variant = ProductFactory(stock=1).variants.get()
    return [cart_with(variant) for _ in range(rivals)]


def test_the_last_one_is_sold_once():
    results = race(*[place(cart) for cart in last_one_for(6)])
    assert sum(isinstance(result, Order) for result in results) == 1
    assert {error.code for error in results if isinstance(error, DomainError)} == {"out_of_stock"}
    item = StockItem.objects.get()
    assert (item.on_hand, item.held, Hold.objects.count()) == (1, 1, 1)


def test_control_without_the_guard_the_last_one_is_sold_twice(monkeypatch):
    """What a shop does that checks first and writes later."""
    carts = last_one_for(2)
    seen = StockItem.objects.get().held

    def claim_what_was_seen(item, quantity):
        return StockItem.objects.filter(pk=item.pk).update(held=seen + quantity) == 1

    monkeypatch.setattr(inventory, "claim", claim_what_was_seen)
    monkeypatch.setattr(inventory, "_spread", lambda items, wanted, ended: [(items[0], 1)])
    monkeypatch.setattr("orders.services.checkout._require_agreement", lambda view, total: None)
    monkeypatch.setattr("orders.services.cart_view.max", lambda *counts, **none: 1, raising=False)
    results = race(*[place(cart) for cart in carts])
    assert sum(isinstance(result, Order) for result in results) == 2
    assert Hold.objects.count() == 2 > StockItem.objects.get().on_hand


def test_a_code_with_one_use_left_is_used_once():
    discount = DiscountFactory(code="ONCE", max_uses=1)
    variant = ProductFactory(stock=50).variants.get()
    carts = [cart_with(variant) for _ in range(6)]
    for cart in carts:
        add_coupon(cart=cart, code="ONCE")
    race(*[place(cart) for cart in carts])
    discount.refresh_from_db()
    assert discount.uses == 1
    assert Order.objects.filter(discount_total__gt=0).count() == 1


def test_control_without_the_guard_a_code_is_used_up_twice(monkeypatch):
    """Deciding on the uses that were read before the race."""
    discount = DiscountFactory(code="ONCE", max_uses=1)
    carts = [cart_with(ProductFactory(stock=5).variants.get()) for _ in range(2)]
    for cart in carts:
        add_coupon(cart=cart, code="ONCE")
    monkeypatch.setattr("orders.services.eligibility.is_usable", lambda row, now: True)
    monkeypatch.setattr(
        discount_uses,
        "claim_uses",
        lambda order, applied: Discount.objects.filter(pk=discount.pk).update(uses=F("uses") + 1),
    )
    monkeypatch.setattr("orders.services.checkout.claim_uses", discount_uses.claim_uses)
    race(*[place(cart) for cart in carts])
    discount.refresh_from_db()
    assert discount.uses == 2 > discount.max_uses


def test_one_customer_cannot_use_a_code_twice_under_two_spellings_of_an_address():
    DiscountFactory(code="EACH", max_uses_per_customer=1)
    variant = ProductFactory(stock=50).variants.get()
    carts = [cart_with(variant) for _ in range(3)]
    for cart, email in zip(
        carts, ["nora@example.com", "Nora@Example.com", "nora+two@example.com"], strict=True
    ):
        cart.email = email
        cart.save()
        add_coupon(cart=cart, code="EACH")
    race(*[place(cart) for cart in carts])
    assert Order.objects.filter(discount_total__gt=0).count() == 1


def test_carts_with_the_same_things_in_opposite_order_all_get_through():
    first, second = (ProductFactory(stock=100).variants.get() for _ in range(2))
    carts = [cart_with(*pair) for pair in [(first, second), (second, first)] * 4]
    results = race(*[place(cart) for cart in carts])
    assert all(isinstance(result, Order) for result in results), results
    assert list(StockItem.objects.values_list("held", flat=True)) == [8, 8]


def test_the_same_cart_placed_at_once_is_one_order():
    cart = cart_with()
    results = race(*[place(cart)] * 5)
    assert len({result.pk for result in results}) == 1
    assert Order.objects.count() == 1 and StockItem.objects.get().held == 1


def test_cancelled_at_once_frees_the_stock_once():
    order = OrderFactory(quantity=3)
    other = OrderFactory(order.lines.get().variant)
    race(*[lambda: cancel_order(order=order, reason="changed my mind")] * 4)
    assert StockItem.objects.get().held == 1
    assert order.events.filter(kind="cancelled").count() == 1
    assert other.events.count() == 1


def test_orders_paid_at_once_get_consecutive_invoice_numbers():
    variant = ProductFactory(stock=50).variants.get()
    orders = [OrderFactory(variant) for _ in range(8)]
    race(*[lambda order=order: mark_paid(order=order) for order in orders])
    sequences = sorted(Order.objects.values_list("invoices__sequence", flat=True))
    assert sequences == list(range(1, 9))
    assert InvoiceCounter.objects.get().last == 8


def test_a_lock_conflict_is_tried_again_and_then_said():
    tries = []

    @retrying_atomic
    def unlucky():
        tries.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(DomainError) as busy:
        unlucky()
    assert (len(tries), busy.value.code, busy.value.http_status) == (5, "busy", 503)
