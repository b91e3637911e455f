"""What gateways tell us."""

from django.conf import settings
from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils import timezone

from payments.models.payment import Payment


class GatewayEvent(models.Model):
    """A message of a gateway, stored in the same transaction as its effect, once.

    One about a payment we do not know (`NO_SUCH_PAYMENT`) waits for staff, who write what became of it.
    """

    NO_SUCH_PAYMENT = "no such payment"

    gateway = models.CharField(max_length=40)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    payment = models.ForeignKey(Payment, models.SET_NULL, null=True, blank=True, related_name="events")
    payload = models.JSONField(default=dict)
    outcome = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [UniqueConstraint(fields=["gateway", "event_id"], name="payments_gatewayevent_unique")]
        indexes = [Index(fields=["outcome", "resolved_at"], name="payments_event_unresolved")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.kind}"
