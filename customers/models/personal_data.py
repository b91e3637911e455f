"""Somebody asked for their data, or for its erasure."""

import hashlib
import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils import timezone


def open_key_of_guest(kind: str, email: str) -> str:
    """The same for one kind and one address in whatever case; an address may be too long for a key."""
    return f"{kind}:{hashlib.sha256(email.strip().lower().encode()).hexdigest()}"


class PersonalDataRequest(models.Model):
    """Work that is owed until it is done; the sweep finds it again.

    `open_key` names kind and person while the request is open and is NULL afterwards, so that the
    database allows one open request each. A guest has no account: then `email` says who it is.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", "All data"
        ERASE = "erase", "Erasure"

    class Status(models.TextChoices):
        PENDING = "pending", "Being prepared"
        WAITING = "waiting", "Waiting"
        STARTED = "started", "Being erased"
        READY = "ready", "Ready to fetch"
        DONE = "done", "Erased"
        EXPIRED = "expired", "Deleted again"
        CANCELLED = "cancelled", "Called off"

    OPEN = (Status.PENDING, Status.WAITING, Status.STARTED)
    # Until it has begun.
    CANCELLABLE = (Status.PENDING, Status.WAITING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="data_requests"
    )
    email = models.EmailField(max_length=254, blank=True, help_text="Of a guest.")
    open_key = models.CharField(max_length=80, null=True, blank=True, unique=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why staff asked for it.")
    waiting_for = models.JSONField(default=list, blank=True, help_text="What has to be over first, in words.")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    file_path = models.CharField(max_length=200, blank=True, editable=False)
    file_size = models.PositiveBigIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the email was sent that it is ready."
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = "request about personal data"
        verbose_name_plural = "requests about personal data"
        default_permissions = ("view", "change")
        constraints = [
            CheckConstraint(
                condition=Q(open_key__isnull=True) | Q(status__in=["pending", "waiting", "started"]),
                name="customers_datarequest_open_key",
            ),
            CheckConstraint(
                condition=Q(customer__isnull=False) | ~Q(email=""), name="customers_datarequest_of_somebody"
            ),
        ]
        indexes = [Index(fields=["status", "kind"], name="customers_datarequest_owed")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def can_be_cancelled(self) -> bool:
        return self.kind == self.Kind.ERASE and self.status in self.CANCELLABLE
