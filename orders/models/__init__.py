"""Everything between "add to cart" and "delivered"."""

from orders.models.cart import Cart, CartCoupon, CartLine
from orders.models.discount import Discount, DiscountUse
from orders.models.idempotency import IdempotentRequest
from orders.models.invoice import Invoice, InvoiceCounter
from orders.models.notification import Notification
from orders.models.order import Order, OrderEvent, OrderLine
from orders.models.rates import ShippingMethod, TaxRate
from orders.models.returns import Return, ReturnLine, Withdrawal
from orders.models.shipment import Shipment, ShipmentLine

__all__ = [
    "Cart",
    "CartCoupon",
    "CartLine",
    "Discount",
    "DiscountUse",
    "IdempotentRequest",
    "Invoice",
    "InvoiceCounter",
    "Notification",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Return",
    "ReturnLine",
    "Shipment",
    "ShipmentLine",
    "ShippingMethod",
    "TaxRate",
    "Withdrawal",
]
