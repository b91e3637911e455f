"""Everything between "add to cart" and "delivered"."""

from orders.models.cart import Cart, CartCoupon, CartLine
from orders.models.delivery import DeliveryZone, ShippingMethod
from orders.models.discount import Discount, DiscountUse
from orders.models.idempotency import IdempotentRequest
from orders.models.invoice import Invoice, InvoiceCounter
from orders.models.notification import Notification
from orders.models.order import Order, OrderEvent, OrderLine
from orders.models.rates import TaxRate
from orders.models.shipment import Shipment, ShipmentLine
from orders.models.shipping_rate import ShippingRate

__all__ = [
    "Cart",
    "CartCoupon",
    "CartLine",
    "DeliveryZone",
    "Discount",
    "DiscountUse",
    "IdempotentRequest",
    "Invoice",
    "InvoiceCounter",
    "Notification",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Shipment",
    "ShipmentLine",
    "ShippingMethod",
    "ShippingRate",
    "TaxRate",
]
