"""Pictures of products."""

import uuid

from django.core.validators import FileExtensionValidator
from django.db import models

from catalog.models.product import Product
from ecommerce.lib.models import BaseModel

WIDTHS = (320, 640, 960)
FORMATS = ("avif", "webp")


def original_path(image: "ProductImage", filename: str) -> str:
    """Where an upload is kept; its name is ours, so that nothing of the sender's remains."""
    suffix = filename.rsplit(".", 1)[-1].lower()
    return f"originals/{image.product_id}/{image.stem_name()}.{suffix}"


class ProductImage(BaseModel):
    """One picture, in a fixed order, described in words for those who do not see it.

    `stem` names its renditions in the public storage: `<stem>-<width>.<avif|webp>` for each of
    WIDTHS. It is empty until the background task has made them; pages show the product's
    placeholder meanwhile.
    """

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    original = models.ImageField(
        upload_to=original_path,
        blank=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp", "avif"])],
    )
    stem = models.CharField(max_length=200, blank=True, editable=False)
    alt = models.CharField("description", max_length=200, help_text="What the picture shows, in words.")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["stem", "modified_at"], name="catalog_image_owed")]

    def __str__(self) -> str:
        return self.alt

    def stem_name(self) -> str:
        return uuid.uuid4().hex[:12]
