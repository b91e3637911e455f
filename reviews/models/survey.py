"""The survey of an order: that it was asked for, and what was answered."""

from datetime import datetime, timedelta
from typing import Self

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Index, UniqueConstraint

from ecommerce.lib.models import BaseDocument, LifecycleQuerySet

# The answers can be changed so long after the first of them.
CHANGE_FOR = timedelta(days=30)
# Nobody remembers a delivery for longer.
ANSWER_FOR = timedelta(days=90)

_STARS = [MinValueValidator(1), MaxValueValidator(5)]


class SurveyQuerySet(LifecycleQuerySet):
    def answered(self) -> Self:
        """Those with answers, the newest first."""
        return self.exclude(answered_at=None).order_by("-answered_at", "pk")


class SurveyManager(models.Manager.from_queryset(SurveyQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> SurveyQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Survey(BaseDocument):
    """What a customer says of one order: stars for the shop and the delivery, 0 to 10 for recommending it.

    There is one for each order, made when its email is owed or when somebody answers, whichever is
    first. `customer_id` is "" for a guest; the email address is in small letters. `stopped_at` is set
    when the reader of the email wants no other one of its kind.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Not answered"
        ANSWERED = "answered", "Answered"
        NOT_SENT = "not_sent", "Not asked"

    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    order_id = models.BigIntegerField()
    order_number = models.CharField(max_length=12)
    customer_id = models.CharField(max_length=36, blank=True)
    customer_email = models.EmailField(max_length=254, blank=True)
    delivered_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    overall = models.PositiveSmallIntegerField(null=True, blank=True, validators=_STARS)
    recommend = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    delivery = models.PositiveSmallIntegerField(null=True, blank=True, validators=_STARS)
    comment = models.TextField(max_length=1000, blank=True, validators=[MaxLengthValidator(1000)])
    answered_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = SurveyManager()  # type: ignore[misc]
    all_objects = SurveyQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-answered_at"]
        constraints = [
            UniqueConstraint(fields=["order_id", "deletion_token"], name="reviews_survey_one_each")
        ]
        indexes = [
            Index(fields=["answered_at"], name="reviews_survey_answered"),
            Index(fields=["status", "sent_at", "created_at"], name="reviews_survey_owed"),
            Index(fields=["customer_id"], name="reviews_survey_customer"),
            Index(fields=["customer_email", "stopped_at"], name="reviews_survey_email"),
        ]

    def __str__(self) -> str:
        return f"Order {self.order_number}"

    def can_be_answered(self, now: datetime) -> bool:
        """Whether the answers may be given or changed at `now`."""
        if self.answered_at is not None:
            return now < self.answered_at + CHANGE_FOR
        return now < self.delivered_at + ANSWER_FOR
