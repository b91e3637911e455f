"""The order from placing to delivery, and its ends: cancelled, expired, refunded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import BadInput
from orders.models import Invoice, Notification, Order
from orders.services.cart import add_coupon
from orders.services.checkout import CartChanged, place_order
from orders.services.fulfilment import deliver_order, ship_order
from orders.services.orders import WrongState, cancel_order, expire_unpaid, mark_paid, mark_processing
from orders.tests.factories import (
    DiscountFactory,
    OrderFactory,
    cart_with,
    paid_order,
    shipped_order,
    total_of,
)

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def stock_of(order):
    return StockItem.objects.get(variant=order.lines.get().variant)


def test_placing_writes_order_lines_stock_event_and_owed_email_together():
    cart = cart_with(quantity=2)
    order = place_order(cart=cart, confirmed_total=total_of(cart), payment_method="bank_transfer")
    line = order.lines.get()
    assert (line.quantity, line.unit_price, order.total) == (2, 20, line.total + order.shipping_total)
    assert (stock_of(order).on_hand, stock_of(order).held) == (10, 2)
    assert [event.kind for event in order.events.all()] == ["placed"]
    assert order.notifications.get().kind == Notification.Kind.ORDER_RECEIVED


def test_placing_the_same_cart_again_returns_the_same_order():
    cart = cart_with()
    first = place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")
    again = place_order(cart=cart, confirmed_total=None, payment_method="cash_on_delivery")
    assert again == first and Order.objects.count() == 1


def test_nothing_is_written_when_stock_is_gone_meanwhile():
    cart = cart_with(quantity=2)
    total = total_of(cart)
    StockItem.objects.update(on_hand=1)
    with pytest.raises(CartChanged) as refused:
        place_order(cart=cart, confirmed_total=total, payment_method="bank_transfer")
    assert refused.value.code == "out_of_stock"
    assert not Order.objects.exists() and not StockItem.objects.exclude(held=0).exists()


def test_a_changed_total_is_refused_and_named():
    cart = cart_with()
    total = total_of(cart)
    variant = cart.lines.get().variant
    variant.price += 1
    variant.save()
    with pytest.raises(CartChanged, match="it was €23.90") as refused:
        place_order(cart=cart, confirmed_total=total, payment_method="bank_transfer")
    assert refused.value.code == "total_changed"


def test_unanswered_steps_are_refused():
    with pytest.raises(BadInput) as refused:
        place_order(cart=cart_with(answered=False), confirmed_total=None, payment_method="bank_transfer")
    assert refused.value.data == {"step": "contact"}


def test_paid_processing_shipped_delivered():
    order = OrderFactory(quantity=3)
    mark_paid(order=order)
    ship_order(order=order, carrier="DHL", tracking_number="123")
    order.refresh_from_db()
    assert (order.status, order.fulfilment_status) == ("shipped", "fulfilled")
    assert (stock_of(order).on_hand, stock_of(order).held) == (7, 0)
    assert order.shipments.get().tracking_url == "https://tracking.example/?id=123"
    deliver_order(order=order)
    assert deliver_order(order=order).status == "delivered"
    kinds = [event.kind for event in order.events.all()]
    assert kinds == ["placed", "paid", "shipped", "delivered"]
    assert set(order.notifications.values_list("kind", flat=True)) == {
        "order_received",
        "order_paid",
        "order_shipped",
    }


def test_a_part_can_be_shipped_first():
    order = paid_order(quantity=3)
    line = order.lines.get()
    ship_order(order=order, carrier="DHL", quantities={line.pk: 1})
    order.refresh_from_db()
    assert (order.status, order.fulfilment_status) == ("processing", "partial")
    assert (stock_of(order).on_hand, stock_of(order).held) == (9, 2)
    with pytest.raises(BadInput):
        ship_order(order=order, carrier="DHL", quantities={line.pk: 3})
    with pytest.raises(WrongState):
        cancel_order(order=order, reason="too late")
    ship_order(order=order, carrier="DHL")
    order.refresh_from_db()
    assert (order.status, stock_of(order).on_hand, stock_of(order).held) == ("shipped", 7, 0)


def test_an_order_paid_at_the_door_is_processed_unpaid_and_invoiced_when_it_leaves():
    order = OrderFactory(payment_method="cash_on_delivery")
    assert order.expires_at is None
    mark_processing(order=order)
    assert not Invoice.objects.exists()
    ship_order(order=order, carrier="DHL")
    assert Invoice.objects.get().order == order


def test_an_unpaid_transfer_is_not_processed():
    with pytest.raises(WrongState, match="has not been paid"):
        mark_processing(order=OrderFactory())


def test_cancelling_frees_stock_and_code_once():
    discount = DiscountFactory(max_uses=1)
    cart = cart_with(quantity=2)
    add_coupon(cart=cart, code=discount.code.lower())
    order = place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")
    discount.refresh_from_db()
    assert discount.uses == 1
    cancel_order(order=order, reason="changed my mind")
    cancel_order(order=order, reason="again")
    discount.refresh_from_db()
    assert (discount.uses, stock_of(order).held, stock_of(order).on_hand) == (0, 0, 10)
    assert order.notifications.filter(kind="order_cancelled").count() == 1


def test_a_shipped_order_cannot_be_cancelled():
    with pytest.raises(WrongState, match="It can become: Delivered, Refunded"):
        cancel_order(order=shipped_order(), reason="too late")


def test_unpaid_orders_expire_once_and_paid_ones_never():
    late, paid = OrderFactory(), paid_order()
    after = timezone.now() + timedelta(days=4)
    assert expire_unpaid(now=timezone.now()) == 0
    assert expire_unpaid(now=after) == 1
    assert expire_unpaid(now=after) == 0
    late.refresh_from_db()
    paid.refresh_from_db()
    assert (late.status, paid.status) == ("cancelled", "processing")
    assert stock_of(late).held == 0


def test_money_for_a_cancelled_order_is_recorded_but_does_not_revive_it():
    order = OrderFactory()
    cancel_order(order=order, reason="changed my mind")
    order = mark_paid(order=order)
    assert (order.status, order.payment_status) == ("cancelled", "paid")
    assert not Invoice.objects.exists()


def test_invoice_numbers_have_no_gap_after_a_rollback():
    first = paid_order()
    doomed = OrderFactory(ProductFactory(stock=1).variants.get())
    doomed.shipping_address = {"name": "x"}
    doomed.save()
    with pytest.raises(TypeError):
        mark_paid(order=doomed)
    second = paid_order()
    assert [order.invoice.sequence for order in (first, second)] == [1, 2]
