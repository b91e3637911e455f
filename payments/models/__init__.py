"""Money that came in and money that went back."""

from payments.models.alert import Alert
from payments.models.demo import DemoRefund, DemoTransaction
from payments.models.event import GatewayEvent
from payments.models.payment import Payment, Refund

__all__ = ["Alert", "DemoRefund", "DemoTransaction", "GatewayEvent", "Payment", "Refund"]
