"""What happens to an order is told once, signed, and only when it really happened."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory
from orders.models import Order
from orders.services.orders import cancel_order
from orders.tests.factories import OrderFactory, cart_with, total_of
from payments.models import Payment
from payments.services.orders import place_and_pay
from payments.services.payments import confirm_payment
from payments.services.refunds import refund_order
from webhooks.models import Delivery, Event
from webhooks.services.publishing import publish
from webhooks.services.sweep import sweep

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def by_type(receiver):
    return {message["type"]: message["data"] for message in receiver.verified}


def test_an_order_from_its_placing_to_its_arrival(client, receiver, subscribed):
    product = ProductFactory(stock=2, sku="MUG", price="20.00")
    subscribed()
    staff = {"authorization": f"Token {issue_token(user=StaffFactory())}"}
    cart = cart_with(product.variants.get(), quantity=2)
    receiver.verified.clear()

    body = {"payment_method": "bank_transfer", "confirmed_total": float(total_of(cart))}
    placed = client.post(
        "/api/orders", body, content_type="application/json", headers={"X-Cart-Token": cart.token}
    )
    assert placed.status_code == 201, placed.content
    assert receiver.types() == ["order.placed", "stock.changed", "stock.sold_out"]
    order_id = placed.json()["order_id"]
    data = by_type(receiver)
    assert data["order.placed"]["order_id"] == order_id
    assert data["order.placed"]["order_status"] == "Pending"
    assert data["stock.sold_out"] == data["stock.changed"] == {
        "sku": "MUG", "product_id": product.pk, "on_hand": 2, "held": 2, "available": 0,
    }  # fmt: skip

    receiver.verified.clear()
    confirm_payment(payment=Payment.objects.get())
    assert receiver.types() == ["order.paid", "order.processing", "payment.captured"]
    data = by_type(receiver)
    assert data["order.paid"]["order_status"] == "Processing"
    assert (data["order.paid"]["payment_status"], data["order.paid"]["amount_due"]) == ("Paid", 0)
    assert data["payment.captured"]["payment_state"] == "Paid"

    receiver.verified.clear()
    path = f"/api/orders/{order_id}/status"
    for state in ("Shipped", "Shipped", "Delivered", "Delivered"):
        status = {"order_status": state, "carrier": "DHL", "tracking_number": "JJD1"}
        answer = client.put(path, status, content_type="application/json", headers=staff)
        assert answer.status_code == 200, answer.content
    assert receiver.types() == [
        "order.delivered", "order.shipped", "shipment.created", "shipment.delivered", "stock.changed",
    ]  # fmt: skip
    data = by_type(receiver)
    assert data["shipment.created"]["items"] == [{"sku": "MUG", "quantity": 2}]
    assert data["shipment.created"]["delivered_at"] is None
    assert data["shipment.delivered"]["delivered_at"].endswith("Z")
    assert data["stock.changed"]["on_hand"] == 0

    receiver.verified.clear()
    refund_order(order=Order.objects.get(), amount=Decimal("5.00"), reason="A scratch", key="k")
    assert receiver.types() == ["order.refunded", "payment.refunded"]
    assert by_type(receiver)["payment.refunded"]["refund_amount"] == 5
    assert by_type(receiver)["order.refunded"]["payment_status"] == "Partly refunded"

    assert len(receiver.requests) == len({one["headers"]["webhook-id"] for one in receiver.requests})
    bodies = b"".join(one["body"] for one in receiver.requests)
    assert b'"total_price":43.90,' in bodies and b"Nora" not in bodies
    assert not Delivery.objects.exclude(state="delivered").exists()


def test_a_cancelled_order_gives_its_goods_back(receiver, subscribed):
    product = ProductFactory(stock=1)
    order = OrderFactory(product.variants.get())
    subscribed()
    cancel_order(order=order, reason="changed my mind")
    cancel_order(order=order, reason="changed my mind")
    assert receiver.types() == ["order.cancelled", "stock.back", "stock.changed"]


def test_what_is_rolled_back_was_never_told(receiver, subscribed):
    subscribed()
    variant = ProductFactory(stock=5).variants.get()
    order = OrderFactory(variant)
    receiver.verified.clear()
    events = Event.objects.count()

    class Changed(Exception):
        pass

    with pytest.raises(Changed), transaction.atomic():
        cancel_order(order=order, reason="no")
        raise Changed
    assert Event.objects.count() == events and receiver.verified == []

    # A part of a transaction: what it told goes with it, and what is told after it stays.
    with transaction.atomic():
        with pytest.raises(Changed), transaction.atomic():
            inventory.reserve(quantities={variant.pk: 1}, reference="cart:a")
            raise Changed
        inventory.reserve(quantities={variant.pk: 2}, reference="cart:b")
    (message,) = receiver.verified
    assert (message["type"], message["data"]["held"]) == ("stock.changed", 3)


def test_stock_is_told_once_for_each_transaction_with_its_last_numbers(receiver, subscribed):
    """A piece that is freed and taken again in between was never back."""
    variant = ProductFactory(stock=1).variants.get()
    inventory.reserve(quantities={variant.pk: 1}, reference="cart:a")
    subscribed("stock.changed", "stock.sold_out", "stock.back")
    with transaction.atomic():
        inventory.release(reference="cart:a")
        inventory.reserve(quantities={variant.pk: 1}, reference="cart:b")
    assert receiver.verified == [] and not Event.objects.exists()

    with transaction.atomic():
        inventory.set_on_hand(variant=variant, on_hand=3, reason="Counted")
        inventory.set_on_hand(variant=variant, on_hand=6, reason="Counted again")
    assert receiver.types() == ["stock.back", "stock.changed"]
    assert {(one["data"]["on_hand"], one["data"]["available"]) for one in receiver.verified} == {(6, 5)}


def test_a_place_taken_out_of_use_is_sold_out(receiver, subscribed):
    variant = ProductFactory(stock=4).variants.get()
    place = variant.stock_items.get().location
    subscribed("stock.sold_out", "stock.back")
    inventory.use_location(location=place, is_active=False)
    assert receiver.types() == ["stock.sold_out"]


def test_a_lost_message_is_found_by_the_sweep(receiver, subscribed, settings):
    subscribed("order.placed")
    settings.BACKGROUND = "off"
    OrderFactory()
    assert receiver.requests == []
    assert sweep(now=timezone.now())["webhooks_delivered"] == 1
    assert sweep(now=timezone.now())["webhooks_delivered"] == 0
    assert receiver.types() == ["order.placed"] and len(receiver.requests) == 1


def test_nobody_listening_costs_one_query_for_a_transaction():
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        for _ in range(20):
            publish("order.placed", 1, dict)
    assert [one["sql"].split()[0] for one in queries] == ["BEGIN", "SELECT", "COMMIT"]
    cart = cart_with()
    agreed = {"confirmed_total": total_of(cart), "payment_method": "bank_transfer"}
    with CaptureQueriesContext(connection) as queries:
        place_and_pay(cart=cart, customer=None, **agreed)
    asked_for = [one["sql"] for one in queries if "webhooks_" in one["sql"]]
    begun = [one["sql"] for one in queries if one["sql"].startswith("BEGIN")]
    assert 1 <= len(asked_for) <= len(begun) and not Event.objects.exists()
