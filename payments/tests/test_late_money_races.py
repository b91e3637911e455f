"""The last piece is wanted by an order that was paid too late and by somebody else at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Hold, StockItem, Variant
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from orders.models import Order
from orders.services.late_money import wait_for_goods
from orders.tests.factories import OrderFactory, cart_with
from orders.tests.test_races import place, race
from payments.models import DemoRefund
from payments.services.late_money import send_back_late_money
from payments.services.payments import settle
from payments.services.sweep import sweep
from payments.tests.test_late_money import late, sold_out_meanwhile

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def late_order_and_rivals(rivals=4):
    """A payment that came too late for the last piece, and baskets with that piece in them."""
    variant = ProductFactory(stock=1).variants.get()
    payment = late(OrderFactory(variant, payment_method="demo"))
    return payment, [cart_with(variant) for _ in range(rivals)]


def test_revived_or_sold_to_somebody_else_and_never_both():
    payment, carts = late_order_and_rivals()
    race(lambda: settle(payment=payment), *[place(cart) for cart in carts])
    live = Order.objects.exclude(status="cancelled")
    item = StockItem.objects.get()
    assert (live.count(), item.on_hand, item.held) == (1, 1, 1)
    assert Hold.objects.filter(state="active").count() == 1
    sweep(now=timezone.now())
    order = Order.objects.get(pk=payment.order_id)
    assert DemoRefund.objects.count() == (order.status == "cancelled")


def test_control_without_the_guard_the_last_piece_is_sold_twice(monkeypatch):
    """Reviving on the strength of what was seen before."""
    payment, carts = late_order_and_rivals(rivals=1)
    seen = StockItem.objects.get().held

    def claim_what_was_seen(item, quantity):
        return StockItem.objects.filter(pk=item.pk).update(held=seen + quantity) == 1

    monkeypatch.setattr(inventory, "claim", claim_what_was_seen)
    monkeypatch.setattr(inventory, "_spread", lambda items, wanted, ended: [(items[0], 1)])
    monkeypatch.setattr("orders.services.checkout._require_agreement", lambda view, total: None)
    monkeypatch.setattr("orders.services.cart_view.max", lambda *counts, **none: 1, raising=False)
    race(lambda: settle(payment=payment), place(carts[0]))
    assert Order.objects.exclude(status="cancelled").count() == 2 > StockItem.objects.get().on_hand


def test_the_same_late_payment_told_many_times_at_once_revives_once():
    payment = late(OrderFactory(payment_method="demo"))
    race(*[lambda: settle(payment=payment)] * 5)
    order = Order.objects.get()
    assert (order.status, order.amount_paid, order.invoices.count()) == ("processing", order.total, 1)
    assert order.events.filter(kind="revived").count() == 1
    assert StockItem.objects.get().held == 1


def test_waiting_and_having_the_money_back_pressed_at_once_are_one_of_them():
    order = sold_out_meanwhile(backorder_limit=5)
    race(
        lambda: wait_for_goods(order=order),
        lambda: send_back_late_money(order=order),
        lambda: sweep(now=timezone.now() + timedelta(days=4)),
    )
    order.refresh_from_db()
    waits = order.status == "processing"
    assert DemoRefund.objects.count() == (0 if waits else 1)
    assert Variant.objects.get().backordered == (1 if waits else 0)
    assert order.payment_status == ("paid" if waits else "refunded")


def test_control_money_sent_back_without_looking_leaves_a_live_order_unpaid():
    """What the sweep would do that decides on the order it read and not under its lock."""
    from payments.services.refunds import return_everything

    order = sold_out_meanwhile(backorder_limit=5)
    seen = Order.objects.get(pk=order.pk)
    wait_for_goods(order=order)
    return_everything(order=seen, reason="it was cancelled when I looked")
    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("processing", 0)
