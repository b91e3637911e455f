"""What a customer looked at lately, kept for their other devices."""

from django.conf import settings
from django.db import models


class ViewedProducts(models.Model):
    """The products that a customer looked at, by id, the newest first; at most twelve.

    Only `services/viewed.py` writes here, and only what the browser's own cookie says.
    """

    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="viewed_products"
    )
    product_ids = models.JSONField(default=list)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "viewed products"

    def __str__(self) -> str:
        return f"Viewed by {self.customer_id}"
