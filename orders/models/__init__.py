"""Everything between "add to cart" and "delivered"."""

from orders.models.cart import Cart, CartCoupon, CartLine, DraftOrder
from orders.models.credit_note import CreditNote
from orders.models.delivery import DeliveryZone, ShippingMethod
from orders.models.discount import Discount, DiscountCode, DiscountUse
from orders.models.idempotency import IdempotentRequest
from orders.models.invoice import Invoice, InvoiceCounter
from orders.models.kept import KeptGoods
from orders.models.notification import Notification
from orders.models.order import Order, OrderEvent, OrderLine
from orders.models.returns import Return, ReturnLine, Withdrawal
from orders.models.shipment import Shipment, ShipmentLine
from orders.models.shipping_rate import ShippingRate
from orders.models.tax import TaxRate, TaxRegion

__all__ = [
    "Cart",
    "CartCoupon",
    "CartLine",
    "CreditNote",
    "DeliveryZone",
    "Discount",
    "DiscountCode",
    "DiscountUse",
    "DraftOrder",
    "IdempotentRequest",
    "Invoice",
    "InvoiceCounter",
    "KeptGoods",
    "Notification",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Return",
    "ReturnLine",
    "Shipment",
    "ShipmentLine",
    "ShippingMethod",
    "ShippingRate",
    "TaxRate",
    "TaxRegion",
    "Withdrawal",
]
