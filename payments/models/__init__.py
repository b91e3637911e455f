"""Money that came in and money that went back."""

from payments.models.event import GatewayEvent
from payments.models.payment import Payment, Refund

__all__ = ["GatewayEvent", "Payment", "Refund"]
