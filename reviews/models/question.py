"""Questions about products, what the shop and its customers answer, and who did what with them."""

from typing import Self

from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils import timezone

from ecommerce.lib.models import BaseDocument, LifecycleQuerySet

# Stands where a customer's id would in an answer of the shop, so that each question has one of them.
SHOP = "shop"


class Moderation(models.TextChoices):
    """How far something that a customer wrote has come. Only published ones are for everybody."""

    HELD = "held", "Waiting"
    PUBLISHED = "published", "Published"
    REJECTED = "rejected", "Rejected"


class ModeratedQuerySet(LifecycleQuerySet):
    def published(self) -> Self:
        return self.filter(status=Moderation.PUBLISHED, is_deleted=False, is_suspended=False)


class QuestionQuerySet(ModeratedQuerySet):
    def for_product(self, product_id: int) -> Self:
        """What the product's page shows, the newest first."""
        return self.published().filter(product_id=product_id).order_by("-asked_at", "pk")

    def unanswered(self) -> Self:
        """Those that wait for the shop; one that was turned down waits for nothing."""
        return self.filter(answered_at=None, is_deleted=False).exclude(status=Moderation.REJECTED)


class QuestionManager(models.Manager.from_queryset(QuestionQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> QuestionQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Question(BaseDocument):
    """What a customer wants to know about a product; shown once answered or published by staff.

    `customer_id` is the customer's public UUID, `product_id` the product's number; names, the email
    address and the title are snapshots. `text_key` stands for the words, so that the same question
    of the same customer is kept once. `answered_at` is set while there is an answer of the shop,
    `told_at` once its email has gone out or there is nobody to send one to.
    """

    Status = Moderation

    status = models.CharField(max_length=20, choices=Moderation, default=Moderation.HELD)
    product_id = models.BigIntegerField()
    product_title = models.CharField(max_length=160)
    customer_id = models.CharField(max_length=36)
    customer_email = models.EmailField(max_length=254, blank=True)
    customer_name = models.CharField(max_length=120, blank=True)
    question = models.TextField(max_length=500, validators=[MinLengthValidator(10), MaxLengthValidator(500)])
    text_key = models.CharField(max_length=64, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)

    objects = QuestionManager()  # type: ignore[misc]
    all_objects = QuestionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-asked_at"]
        permissions = [("moderate_question", "Can publish and reject questions and answers")]
        constraints = [
            UniqueConstraint(
                fields=["product_id", "customer_id", "text_key", "deletion_token"],
                name="reviews_question_once",
            )
        ]
        indexes = [
            Index(fields=["product_id", "status", "asked_at"], name="reviews_question_product"),
            Index(fields=["answered_at", "status", "asked_at"], name="reviews_question_waiting"),
            Index(fields=["told_at", "answered_at"], name="reviews_question_untold"),
            Index(fields=["customer_id"], name="reviews_question_customer"),
        ]

    def __str__(self) -> str:
        return self.question if len(self.question) <= 60 else f"{self.question[:59]}…"

    @property
    def is_public(self) -> bool:
        return self.status == Moderation.PUBLISHED and not self.is_deleted and not self.is_suspended


class AnswerQuerySet(ModeratedQuerySet):
    def under(self, question_ids: list[str]) -> Self:
        """The published answers to these questions, the shop's and then the oldest first."""
        found = self.published().filter(question_id__in=question_ids)
        return found.order_by("-is_shop", "answered_at", "pk")


class AnswerManager(models.Manager.from_queryset(AnswerQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> AnswerQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Answer(BaseDocument):
    """What the shop, or a customer who bought the product, says to a question; one of each.

    `author_id` is the customer's public UUID, or `SHOP`. `order_number` shows that the customer
    bought the product.
    """

    Status = Moderation

    status = models.CharField(max_length=20, choices=Moderation, default=Moderation.HELD)
    question_id = models.CharField(max_length=36)
    product_id = models.BigIntegerField()
    product_title = models.CharField(max_length=160)
    is_shop = models.BooleanField(default=False)
    author_id = models.CharField(max_length=36)
    customer_email = models.EmailField(max_length=254, blank=True)
    customer_name = models.CharField(max_length=120, blank=True)
    order_number = models.CharField(max_length=12, blank=True)
    answer = models.TextField(max_length=1000, validators=[MinLengthValidator(2), MaxLengthValidator(1000)])
    answered_at = models.DateTimeField(default=timezone.now)

    objects = AnswerManager()  # type: ignore[misc]
    all_objects = AnswerQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-answered_at"]
        constraints = [
            UniqueConstraint(
                fields=["question_id", "author_id", "deletion_token"], name="reviews_answer_one_each"
            )
        ]
        indexes = [
            Index(fields=["status", "answered_at"], name="reviews_answer_moderation"),
            Index(fields=["author_id"], name="reviews_answer_author"),
        ]

    def __str__(self) -> str:
        return self.answer if len(self.answer) <= 60 else f"{self.answer[:59]}…"


class QuestionEvent(BaseDocument):
    """Something that happened to a question or to an answer of it, by whom; never changed afterwards.

    `actor_id` is the public UUID of who did it; `actor_label` names staff, and says of customers
    only that it was one.
    """

    question_id = models.CharField(max_length=36)
    kind = models.CharField(max_length=40)
    message = models.CharField(max_length=300)
    actor_id = models.CharField(max_length=36, blank=True)
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        indexes = [
            Index(fields=["question_id", "at"], name="reviews_questionevent_story"),
            Index(fields=["actor_id"], name="reviews_questionevent_actor"),
        ]

    def __str__(self) -> str:
        return self.message
