"""What gateways tell us."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from payments.models.payment import Payment


class GatewayEvent(models.Model):
    """A message of a gateway, stored in the same transaction as its effect, once."""

    gateway = models.CharField(max_length=40)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    payment = models.ForeignKey(Payment, models.SET_NULL, null=True, blank=True, related_name="events")
    payload = models.JSONField(default=dict)
    outcome = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [UniqueConstraint(fields=["gateway", "event_id"], name="payments_gatewayevent_unique")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.kind}"
