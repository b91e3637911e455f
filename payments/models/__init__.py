"""Money that came in and money that went back."""

from payments.models.alert import Alert
from payments.models.demo import DemoRefund, DemoTransaction
from payments.models.event import GatewayEvent
from payments.models.gift_card import CartGiftCard, GiftCard, GiftCardEntry
from payments.models.payment import Payment, Refund

__all__ = [
    "Alert",
    "CartGiftCard",
    "DemoRefund",
    "DemoTransaction",
    "GatewayEvent",
    "GiftCard",
    "GiftCardEntry",
    "Payment",
    "Refund",
]
