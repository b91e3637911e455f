"""The demo bank's own books: what a real provider would keep on its side."""

from django.db import models
from django.utils import timezone

from ecommerce.lib.money import MoneyField


class DemoTransaction(models.Model):
    """One payment at the demo bank. The shop reads it only through the gateway's `fetch`."""

    class Decision(models.TextChoices):
        WAITING = "waiting", "Waiting for the shopper"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Called off"

    reference = models.CharField(max_length=64, unique=True)
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.reference}: {self.get_decision_display()}"


class DemoRefund(models.Model):
    """Money the demo bank has sent back; the same key sends it once."""

    key = models.CharField(max_length=80, unique=True)
    transaction = models.ForeignKey(DemoTransaction, models.CASCADE, related_name="refunds")
    amount = MoneyField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.amount} of {self.transaction_id}"
