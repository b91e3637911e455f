"""What a shop's partners can be told of. The words are shown to staff and in the API."""

from django.db import models


class EventType(models.TextChoices):
    """Every type with a sentence on when it is sent; docs/webhooks.md has the data of each."""

    ORDER_PLACED = "order.placed", "An order was placed."
    ORDER_PAID = "order.paid", "Nothing of an order is left to pay."
    ORDER_PROCESSING = "order.processing", "An order is being prepared."
    ORDER_CHANGED = (
        "order.changed",
        "The lines or the address of an order changed, a part of its money came, or it is on again.",
    )
    ORDER_CANCELLED = "order.cancelled", "An order was cancelled."
    ORDER_SHIPPED = "order.shipped", "All of an order has left, or waits to be collected."
    ORDER_DELIVERED = "order.delivered", "An order has arrived, or was collected."
    ORDER_REFUNDED = "order.refunded", "Money of an order went back, all or a part of it."
    PAYMENT_AUTHORISED = "payment.authorised", "The money of a payment is promised, and not taken yet."
    PAYMENT_CAPTURED = "payment.captured", "The money of a payment is here."
    PAYMENT_FAILED = "payment.failed", "A payment did not work."
    PAYMENT_REFUNDED = "payment.refunded", "Money of a payment went back."
    SHIPMENT_CREATED = "shipment.created", "A parcel left, or lies ready to be collected."
    SHIPMENT_DELIVERED = "shipment.delivered", "A parcel has arrived, or was collected."
    STOCK_CHANGED = "stock.changed", "What is on hand or held of a variant changed."
    STOCK_SOLD_OUT = "stock.sold_out", "The last free piece of a variant is gone."
    STOCK_BACK = "stock.back", "A variant that was sold out can be had again."


# Sent on request only, to see whether an endpoint works; nobody subscribes to it.
TEST = "webhook.test"
