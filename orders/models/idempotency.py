"""Requests that may safely be sent again."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone


class IdempotentRequest(models.Model):
    """A request that came with an `Idempotency-Key`, and the answer it got.

    `status` is empty while it is being answered. Keys and callers are kept as hashes, because
    a caller may be known by a secret.
    """

    caller = models.CharField(max_length=64)
    key_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, help_text="Tells one body from another.")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.TextField(blank=True, help_text="The answer, as it was sent.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["caller", "key_hash"], name="orders_idempotentrequest_unique")
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"
