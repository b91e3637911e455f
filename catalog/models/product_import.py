"""Imports of products from a file: the file, what it would change, and what became of it.

Only `catalog.services.importing` writes these rows. The plan is in `ProductImportRow`: what was
shown to staff is, value by value, what is written.
"""

import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils import timezone

from catalog.models.image import ProductImage
from catalog.models.product import Product, Variant


def private_storage() -> Storage:
    return storages["private"]


def kept_path(row: "ProductImport", filename: str) -> str:
    """Where the file is kept; its name is ours, whatever the sender called it."""
    return f"imports/{uuid.uuid4().hex}.csv"


class ProductImport(models.Model):
    """One file of products on its way into the catalogue."""

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        REFUSED = "refused", "Has mistakes"
        READY = "ready", "Ready to apply"
        APPLYING = "applying", "Being applied"
        APPLIED = "applied", "Applied"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    BUSY = (State.CHECKING, State.APPLYING, State.UNDOING)

    file = models.FileField(upload_to=kept_path, storage=private_storage)
    name = models.CharField(max_length=120, help_text="What the file was called.")
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    # Which look at the file the rows belong to: a look that was overtaken changes nothing.
    run = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="Of the whole plan.")
    notes = models.JSONField(default=list, blank=True)
    errors = models.JSONField(default=list, blank=True, help_text="Pairs: line and words; the first ones.")
    rows_done = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    state_since = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [Index(fields=["state", "state_since"], name="catalog_import_state")]

    def __str__(self) -> str:
        return f"Import {self.pk}: {self.name}"

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY


class ProductImportRow(models.Model):
    """What one line of the file does: a new variant, or fields with their old and new texts."""

    class Kind(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"

    class Undo(models.TextChoices):
        DONE = "done", "Undone"
        KEPT = "kept", "Kept"

    product_import = models.ForeignKey(ProductImport, models.CASCADE, related_name="rows")
    run = models.CharField(max_length=32)
    line = models.PositiveIntegerField()
    sku = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind)
    # {"price": ["20.00", "18.00"], …}: what the variant and its product say now, and then.
    changes = models.JSONField(default=dict)
    # Of an existing product its id; of a new one the text by which rows of the file share it.
    product_key = models.CharField(max_length=200)
    variant = models.ForeignKey(Variant, models.SET_NULL, null=True, related_name="+")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    makes_product = models.BooleanField(default=False)
    undo = models.CharField(max_length=5, choices=Undo, blank=True)
    undo_words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["line"]
        constraints = [
            UniqueConstraint(fields=["product_import", "run", "line"], name="catalog_importrow_unique"),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sku}"


class ProductImportPicture(models.Model):
    """A picture that a line names by its address. It is fetched once the import is applied."""

    class State(models.TextChoices):
        OWED = "owed", "To be fetched"
        DONE = "done", "Fetched"
        FAILED = "failed", "Could not be fetched"
        UNDONE = "undone", "Taken away again"

    product_import = models.ForeignKey(ProductImport, models.CASCADE, related_name="pictures")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    url = models.CharField(max_length=500)
    state = models.CharField(max_length=6, choices=State, default=State.OWED)
    words = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    image = models.ForeignKey(ProductImage, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["line"]
        constraints = [
            UniqueConstraint(fields=["product_import", "line"], name="catalog_importpicture_unique"),
        ]
        indexes = [Index(fields=["state", "claimed_until"], name="catalog_importpicture_owed")]

    def __str__(self) -> str:
        return self.url
