"""What staff have to look at, or have looked at, although it moves no money by itself."""

from django.conf import settings
from django.db import models
from django.db.models import Index
from django.utils import timezone

from orders.models import Order
from payments.models.payment import Payment


class Alert(models.Model):
    """A note of the reconciliation list; open until staff deal with it.

    A `flag` is opened when a gateway reports something (a dispute). The other kinds are written when
    staff deal with what the list has found without booking anything: `subject` holds the facts they
    saw, so that other facts about the same thing are shown again.
    """

    class Kind(models.TextChoices):
        FLAG = "flag", "Reported by a gateway"
        HELD = "held", "Another amount than asked for"
        UNPAID = "unpaid", "Goods without money"
        NUMBERS = "numbers", "Gap in a number series"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FLAG)
    order = models.ForeignKey(Order, models.CASCADE, null=True, blank=True, related_name="alerts")
    payment = models.ForeignKey(Payment, models.CASCADE, null=True, blank=True, related_name="alerts")
    subject = models.CharField(max_length=300, blank=True)
    message = models.CharField(max_length=300)
    raised_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [Index(fields=["kind", "resolved_at", "raised_at"], name="payments_alert_open")]

    def __str__(self) -> str:
        return self.message
