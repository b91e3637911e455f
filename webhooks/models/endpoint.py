"""Where events are sent to."""

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from ecommerce.lib.models import BaseModel, LifecycleQuerySet


class EndpointQuerySet(LifecycleQuerySet):
    def taking(self) -> Self:
        """Endpoints that are sent to: not deleted, not switched off, not given up."""
        return self.live().filter(disabled_at=None)


class EndpointManager(models.Manager.from_queryset(EndpointQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> EndpointQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Endpoint(BaseModel):
    """An address of somebody's own server, and the events it wants.

    The secret is kept encrypted and shown once; the one before it signs too until
    `old_secret_until`. `disabled_at` is when the shop gave the endpoint up, `is_suspended` that
    staff switched it off. `failing_since` is the first failure after the last success.
    """

    url = models.CharField("URL", max_length=500)
    description = models.CharField(
        max_length=120, blank=True, help_text="What it is for. Seen by staff only."
    )
    events = models.JSONField(default=list, help_text="What it is told of.")
    sealed_secret = models.TextField(editable=False)
    sealed_old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_why = models.CharField(max_length=300, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    notice_due_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        db_index=True,
        help_text="Its maker has to be told then that it was given up; empty: nobody has to be told.",
    )

    objects = EndpointManager()  # type: ignore[misc]
    all_objects = EndpointQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["pk"]
        verbose_name = "webhook"
        constraints = [
            UniqueConstraint(
                fields=["url", "deletion_token"],
                name="webhooks_endpoint_url_unique",
                violation_error_message="Another webhook has this address.",
            ),
        ]

    def __str__(self) -> str:
        """Never the whole address: a path may be somebody's password."""
        return self.description or self.host

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_active(self) -> bool:
        """Whether it is sent to; `EndpointQuerySet.taking` is the same rule."""
        return self.disabled_at is None and self.is_live()

    @property
    def state(self) -> str:
        """In one word, for staff."""
        if self.disabled_at is not None:
            return "Given up"
        if not self.is_live():
            return "Switched off"
        return "Failing" if self.failing_since else "Active"

    def has_old_secret(self, now: datetime | None = None) -> bool:
        """Whether the secret before this one still signs."""
        until = self.old_secret_until
        return bool(self.sealed_old_secret) and until is not None and until > (now or timezone.now())
