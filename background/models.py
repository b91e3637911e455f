"""Work that failed for good, and who is at work on what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class FailedTaskQuerySet(models.QuerySet):
    def open(self) -> "FailedTaskQuerySet":
        """Neither done meanwhile nor discarded."""
        return self.filter(state__in=[FailedTask.State.FAILED, FailedTask.State.RETRIED])


class FailedTask(models.Model):
    """A task that failed and is not tried again by itself at once. One row for a task with its arguments.

    Arguments are kept when they are numbers only (ids of rows); texts may be secrets or somebody's
    address, and `args` is then null. So is the message of such a task empty.
    """

    class State(models.TextChoices):
        FAILED = "failed", "Failed"
        RETRIED = "retried", "Being tried again"
        RESOLVED = "resolved", "Done meanwhile"
        DISCARDED = "discarded", "Discarded"

    key = models.CharField(max_length=64, unique=True, editable=False)
    task = models.CharField(max_length=120)
    args = models.JSONField("arguments", null=True)
    queue = models.CharField(max_length=40)
    error_class = models.CharField("error", max_length=120)
    message = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField("failures", default=1)
    first_failed_at = models.DateTimeField(default=timezone.now)
    last_failed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=State.choices, default=State.FAILED)
    next_try_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField("done at", null=True, blank=True)
    decided_at = models.DateTimeField("decided at", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Who last had it tried again, or discarded it.",
    )  # fmt: skip

    objects = FailedTaskQuerySet.as_manager()

    class Meta:
        ordering = ["-last_failed_at", "-pk"]
        verbose_name = "failed task"
        default_permissions = ("view", "change")
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="background_failed_due"),
            models.Index(fields=["-last_failed_at", "-id"], name="background_failed_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["failed", "retried", "resolved", "discarded"]),
                name="background_failed_state",
            )
        ]

    def __str__(self) -> str:
        return self.task if self.args is None else f"{self.task} {', '.join(map(str, self.args))}".strip()

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.FAILED, self.State.RETRIED)

    @property
    def may_be_retried(self) -> bool:
        """Whether its arguments are known; what was done meanwhile need not be done again."""
        return self.args is not None and self.state != self.State.RESOLVED


class Lease(models.Model):
    """The right to do one kind of work alone until a time; whoever died with it loses it then."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
