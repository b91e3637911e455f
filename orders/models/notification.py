"""Emails that are owed to shoppers."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils import timezone

from orders.models.order import Order


class Notification(models.Model):
    """An email that has to go out once. Written together with what it tells about.

    Sending claims the row first (`claimed_at`), so that two workers do not send it twice; a
    claim that is older than a few minutes belonged to a worker that died and is free again.
    """

    # What is older and not sent was tried several times.
    ON_TIME = timedelta(minutes=10)

    class Kind(models.TextChoices):
        ORDER_RECEIVED = "order_received", "Order received"
        PAYMENT_REQUEST = "payment_request", "Link to pay"
        ORDER_PAID = "order_paid", "Payment received"
        ORDER_SHIPPED = "order_shipped", "Order shipped"
        ORDER_READY = "order_ready", "Order ready to collect"
        ORDER_CANCELLED = "order_cancelled", "Order cancelled"
        ORDER_REVIVED = "order_revived", "Order on after all"
        PAID_TOO_LATE = "paid_too_late", "Paid too late, goods gone"
        ORDER_CHANGED = "order_changed", "Order changed"
        REFUND_SENT = "refund_sent", "Money sent back"
        RETURN_REQUESTED = "return_requested", "Return asked for"
        RETURN_APPROVED = "return_approved", "Return approved"
        RETURN_REJECTED = "return_rejected", "Return not accepted or closed"
        RETURN_REFUNDED = "return_refunded", "Return refunded"
        WITHDRAWAL_RECEIPT = "withdrawal_receipt", "Receipt of a withdrawal"

    order = models.ForeignKey(Order, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, choices=Kind)
    key = models.CharField(
        max_length=40, blank=True, help_text="Tells several of a kind apart: a shipment's id."
    )
    to = models.EmailField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "email"
        constraints = [UniqueConstraint(fields=["order", "kind", "key"], name="orders_notification_unique")]
        indexes = [Index(fields=["sent_at", "created_at"], name="orders_notification_owed")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.to}"

    def is_overdue(self, now: datetime) -> bool:
        return self.sent_at is None and self.created_at < now - self.ON_TIME
