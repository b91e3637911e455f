"""What is owed to the document store; the only models of this app in the relational one."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint


class KeptReview(models.Model):
    """A review that was written while the document store was down; gone once it is delivered.

    `document_id` is the id its document will have, chosen when it was written: however often it is
    delivered, there is one document. The rest is what `Review` holds, as it was at `review_date`.
    """

    document_id = models.CharField(max_length=36, unique=True, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    product = models.ForeignKey("catalog.Product", models.CASCADE, related_name="+")
    customer_email = models.EmailField(max_length=254, blank=True)
    customer_name = models.CharField(max_length=120, blank=True)
    product_title = models.CharField(max_length=160)
    review = models.TextField(max_length=500)
    rating = models.PositiveSmallIntegerField()
    review_date = models.DateTimeField()
    order_number = models.CharField(max_length=12, blank=True)
    file_path = models.CharField(max_length=300, blank=True)
    file_type = models.CharField(max_length=80, blank=True)
    tags = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["customer", "product"], name="reviews_keptreview_one_each"),
            CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="reviews_keptreview_rating"),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 {self.product_title}"


class RatingsChecked(models.Model):
    """One row: ratings agree with every review that was changed before `until`."""

    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d %H:%M}"
