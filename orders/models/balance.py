"""What an order says of its money and of who may still change it, from its own row alone."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ecommerce.lib.money import ZERO

PAID_AT_DOOR = "cash_on_delivery"


class OrderFacts:
    """Properties of `Order`, which has the fields; docs/payments.md has the numbers."""

    Status: Any
    PaymentStatus: Any
    FulfilmentStatus: Any
    status: str
    payment_status: str
    fulfilment_status: str
    payment_method: str
    total: Decimal
    amount_paid: Decimal
    amount_credited: Decimal
    picking_at: datetime | None

    @property
    def can_be_changed_by_shopper(self) -> bool:
        """Until somebody starts to pick it, the shopper may still cancel it or send it elsewhere."""
        return self.can_be_edited and self.picking_at is None and not self.has_left

    @property
    def can_be_edited(self) -> bool:
        """Staff may change it until all of it has left."""
        return self.status in (self.Status.PENDING, self.Status.PROCESSING)

    @property
    def has_left(self) -> bool:
        """Whether at least one parcel has left."""
        return bool(self.fulfilment_status != self.FulfilmentStatus.UNFULFILLED)

    @property
    def balance(self) -> Decimal:
        """What the total asks for beyond what came in; negative when too much came."""
        return self.total - self.amount_paid - self.amount_credited

    @property
    def amount_due(self) -> Decimal:
        """What is still to pay; nothing once the order is cancelled or refunded."""
        over = self.status in (self.Status.CANCELLED, self.Status.REFUNDED)
        return ZERO if over else max(self.balance, ZERO)

    @property
    def is_paid(self) -> bool:
        """Whether nothing is left to pay, refunded or not."""
        return self.payment_status not in (self.PaymentStatus.UNPAID, self.PaymentStatus.PARTLY_PAID)

    @property
    def got_money(self) -> bool:
        """Whether anything was ever paid for it."""
        return bool(self.payment_status != self.PaymentStatus.UNPAID)

    @property
    def awaits_balance(self) -> bool:
        """Whether it waits for the rest of its money; what is paid at the door waits for nothing."""
        partly = self.payment_status == self.PaymentStatus.PARTLY_PAID
        return partly and self.payment_method != PAID_AT_DOOR

    @property
    def can_be_paid(self) -> bool:
        """Whether its payment page has something to ask for."""
        return bool(self.amount_due) and (self.status == self.Status.PENDING or self.awaits_balance)
