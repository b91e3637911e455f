"""What every major model has in common: its life, its dates, who wrote it, and soft deletion."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class LifecycleQuerySet(models.QuerySet):
    """Rows that can be hidden without being lost."""

    def live(self, now: datetime | None = None) -> Self:
        """Rows that shoppers may see at `now` (aware, default: the present)."""
        now = now or timezone.now()
        return self.filter(
            Q(active_from__isnull=True) | Q(active_from__lte=now),
            Q(active_until__isnull=True) | Q(active_until__gt=now),
            is_deleted=False,
            is_suspended=False,
        )

    def delete(self) -> tuple[int, dict[str, int]]:
        """Mark the rows deleted. Each gets its own token, which frees its unique keys."""
        count = 0
        for row in self:
            row.delete()  # type: ignore[attr-defined]
            count += 1
        return count, {self.model._meta.label: count}

    delete.queryset_only = True  # type: ignore[attr-defined]

    def hard_delete(self) -> tuple[int, dict[str, int]]:
        """Remove the rows for good."""
        return super().delete()


class LiveManager(models.Manager.from_queryset(LifecycleQuerySet)):  # type: ignore[misc]
    """The default manager: deleted rows are not there."""

    def get_queryset(self) -> LifecycleQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Lifecycle(models.Model):
    """The common fields that need no other table; document models use just these.

    Unique keys of a model include `deletion_token`, which is empty while the row lives, so a
    new row may take the key of a deleted one. (A partial unique index would say the same, but
    MySQL has none.)
    """

    status = models.CharField(max_length=20, default="active", blank=True)
    comments = models.TextField(blank=True, help_text="Seen by staff only.")
    active_from = models.DateTimeField(null=True, blank=True)
    active_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(auto_now=True)
    is_deleted = models.BooleanField(default=False, editable=False)
    is_suspended = models.BooleanField(default=False, help_text="Hidden until this is unticked.")
    deletion_token = models.CharField(max_length=32, default="", editable=False, blank=True)

    objects = LiveManager()
    all_objects = LifecycleQuerySet.as_manager()

    class Meta:
        abstract = True

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Mark this row deleted; an already deleted row stays as it is."""
        if not self.is_deleted:
            self.is_deleted = True
            self.deletion_token = uuid.uuid4().hex
            self.save(using=using, update_fields=["is_deleted", "deletion_token", "modified_at"])
        return 1, {self._meta.label: 1}

    def hard_delete(self, using: str | None = None) -> tuple[int, dict[str, int]]:
        """Remove this row for good."""
        return super().delete(using=using)

    def is_live(self, now: datetime | None = None) -> bool:
        """Whether shoppers may see this row at `now`; the same rule as the `live()` query."""
        now = now or timezone.now()
        started = self.active_from is None or self.active_from <= now
        ended = self.active_until is not None and self.active_until <= now
        return started and not ended and not self.is_deleted and not self.is_suspended


class BaseModel(Lifecycle):
    """The base of every major relational model; services and the admin fill in who wrote it."""

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta(Lifecycle.Meta):
        abstract = True


class BaseDocument(Lifecycle):
    """The base of document models.

    A document refers to relational rows by plain id and keeps a snapshot beside it, because no
    foreign key crosses the two stores. Its checks are made by `full_clean()`, which `save()`
    calls, because the document store enforces none.
    """

    id = models.CharField(
        max_length=36, primary_key=True, default=uuid.uuid4, db_column="_id", editable=False
    )

    class Meta(Lifecycle.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id = str(self.id)
        self.full_clean(validate_unique=False, validate_constraints=False)
        super().save(*args, **kwargs)
