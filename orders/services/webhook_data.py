"""What partners are told of orders and parcels: thin, and without anybody's name or address.

The states are written as the API writes them. Each row is read again when it is told of, so that an
event says what the transaction has made of it.
"""

from functools import partial
from typing import Any

from ecommerce.lib.money import round_money
from orders.models import Order, Shipment
from webhooks.event_types import EventType
from webhooks.services.publishing import publish

# Entries of the diary that others are told of; the states have `STATES`, money that came `mark_paid`.
DIARY: dict[str, EventType] = {
    "placed": EventType.ORDER_PLACED,
    "edited": EventType.ORDER_CHANGED,
    "address_changed": EventType.ORDER_CHANGED,
    "revived": EventType.ORDER_CHANGED,
    "refunded": EventType.ORDER_REFUNDED,
}
STATES: dict[str, EventType] = {
    Order.Status.PROCESSING: EventType.ORDER_PROCESSING,
    Order.Status.SHIPPED: EventType.ORDER_SHIPPED,
    Order.Status.DELIVERED: EventType.ORDER_DELIVERED,
    Order.Status.CANCELLED: EventType.ORDER_CANCELLED,
}


def tell_order(order: Order, type: EventType | None) -> None:
    """Publish an event of an order, once in a transaction; nothing without a type."""
    if type is not None:
        publish(type, order.pk, partial(order_data, order.pk), replaces=True)


def tell_shipment(shipment: Shipment, type: EventType) -> None:
    """Publish an event of a parcel."""
    publish(type, shipment.pk, partial(shipment_data, shipment.pk))


def order_data(pk: int) -> dict[str, Any]:
    order = Order.all_objects.select_related("customer").get(pk=pk)
    money = partial(round_money, currency=order.currency)
    return {
        "order_id": order.pk,
        "order_number": order.number,
        "customer_id": order.customer.customer_id if order.customer else None,
        "order_status": order.get_status_display(),
        "payment_status": order.get_payment_status_display(),
        "fulfilment_status": order.get_fulfilment_status_display(),
        "currency": order.currency,
        "total_price": money(order.total),
        "amount_paid": money(order.amount_paid),
        "amount_due": money(order.amount_due),
        "created_at": order.placed_at,
        "updated_at": order.modified_at,
    }


def shipment_data(pk: int) -> dict[str, Any]:
    shipment = Shipment.objects.select_related("order").get(pk=pk)
    parts = shipment.lines.select_related("line").order_by("pk")
    return {
        "shipment_id": shipment.pk,
        "order_id": shipment.order_id,
        "order_number": shipment.order.number,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
        "items": [{"sku": part.line.sku, "quantity": part.quantity} for part in parts],
        "shipped_at": shipment.shipped_at,
        "delivered_at": shipment.delivered_at,
    }
