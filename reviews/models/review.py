"""Reviews: documents, kept in the document store."""

from typing import Self

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)
from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils import timezone

from ecommerce.lib.models import BaseDocument, LifecycleQuerySet


class ReviewQuerySet(LifecycleQuerySet):
    def published(self) -> Self:
        return self.filter(status=Review.Status.PUBLISHED, is_deleted=False, is_suspended=False)

    def for_product(self, product_id: int) -> Self:
        """What the product's page shows, the newest first."""
        return self.published().filter(product_id=product_id).order_by("-review_date", "pk")


class ReviewManager(models.Manager.from_queryset(ReviewQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> ReviewQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Review(BaseDocument):
    """What a customer says of a product, with 1 to 5 stars.

    `customer_id` is the customer's public UUID, `product_id` the product's number; the email
    address and the title are snapshots. `order_number` is set when that customer bought it.
    """

    class Status(models.TextChoices):
        PUBLISHED = "published", "Published"
        HELD = "held", "Waiting for approval"
        REJECTED = "rejected", "Rejected"

    status = models.CharField(max_length=20, choices=Status, default=Status.PUBLISHED)
    product_id = models.BigIntegerField()
    customer_id = models.CharField(max_length=36)
    customer_email = models.EmailField(max_length=254)
    customer_name = models.CharField(max_length=120, blank=True)
    product_title = models.CharField(max_length=160)
    review = models.TextField(max_length=500, validators=[MinLengthValidator(10), MaxLengthValidator(500)])
    rating = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    review_date = models.DateTimeField(default=timezone.now)
    order_number = models.CharField(max_length=12, blank=True)
    file_path = models.CharField(max_length=300, null=True, blank=True)
    file_type = models.CharField(max_length=80, null=True, blank=True)
    tags = models.JSONField(default=list, blank=True)
    answer = models.TextField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewManager()  # type: ignore[misc]
    all_objects = ReviewQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-review_date"]
        permissions = [("moderate_review", "Can publish, hold back and reject reviews")]
        constraints = [
            UniqueConstraint(
                fields=["product_id", "customer_id", "deletion_token"], name="reviews_review_one_each"
            )
        ]
        indexes = [
            Index(fields=["product_id", "status", "review_date"], name="reviews_review_product"),
            Index(fields=["status", "review_date"], name="reviews_review_moderation"),
            Index(fields=["customer_id"], name="reviews_review_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 {self.product_title}"

    @property
    def is_verified(self) -> bool:
        return bool(self.order_number)
