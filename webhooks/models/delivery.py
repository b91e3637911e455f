"""An event on its way to an endpoint, and every try."""

from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils import timezone

from webhooks.models.endpoint import Endpoint
from webhooks.models.event import Event


class Delivery(models.Model):
    """One event for one endpoint. `attempts` counts the tries since it was last asked for.

    It is owed while pending or failed, from `next_try_at` on. Whoever sends it holds it until
    `claimed_until`; a claim that ran out belonged to a process that died.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"
        GIVEN_UP = "given_up", "Given up"

    OWED = (State.PENDING, State.FAILED)

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", verbose_name="webhook")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField("tries", default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_status = models.PositiveIntegerField("last answer", null=True, blank=True)
    last_answer = models.CharField("in words", max_length=500, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        constraints = [UniqueConstraint(fields=["event", "endpoint"], name="webhooks_delivery_unique")]
        indexes = [
            Index(fields=["state", "next_try_at"], name="webhooks_delivery_due"),
            Index(fields=["endpoint", "state", "id"], name="webhooks_delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"


class Attempt(models.Model):
    """One try: what the endpoint answered, or why there was no answer."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    status_code = models.PositiveIntegerField("answer", null=True, blank=True)
    duration_ms = models.PositiveIntegerField("took (ms)")
    answer = models.CharField("in words", max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.status_code or self.answer)
