"""Wishes to be told when a sold-out thing is back."""

import hashlib
import secrets

from django.db import models
from django.utils import timezone

from catalog.models.product import Variant


def new_request_token() -> str:
    """The key in the link that ends a request; nobody can guess it (192 bits)."""
    return secrets.token_urlsafe(24)


def waiting_key(variant_id: int, email: str) -> str:
    """The same for one variant and one address in whatever case."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:40]
    return f"{variant_id}:{digest}"


class StockRequest(models.Model):
    """Somebody waits for a variant. Told once, or ended by whoever holds `token`.

    `open_key` names variant and address while the request is open and is NULL afterwards, so
    that the database allows one open request each.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="stock_requests")
    email = models.EmailField(max_length=254)
    token = models.CharField(max_length=64, unique=True, default=new_request_token, editable=False)
    open_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    notified_at = models.DateTimeField(null=True, blank=True, db_index=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Request {self.pk} for variant {self.variant_id}"

    @property
    def state(self) -> str:
        """In words: waiting, told or ended."""
        if self.cancelled_at:
            return "Ended"
        return "Told" if self.notified_at else "Waiting"
