"""The category tree."""

from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import UniqueConstraint
from django.urls import reverse
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from catalog.models.store import Store
from ecommerce.lib.models import BaseModel, LifecycleQuerySet


class CategoryQuerySet(LifecycleQuerySet, TreeQuerySet):
    """Both the tree's queries (ancestors, descendants) and the lifecycle's (live)."""


class CategoryManager(models.Manager.from_queryset(CategoryQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> CategoryQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Category(BaseModel, TreeNode):
    """A shelf. Global when it has no store; its name is unique in its store, or globally."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=120)
    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="categories")
    # NULLs differ from each other in a unique key, so the key is made of this number:
    # the store's id, or 0.
    store_key = models.BigIntegerField(default=0, editable=False)
    description = models.CharField(max_length=300, blank=True)
    hue = models.PositiveSmallIntegerField(
        default=135, validators=[MaxValueValidator(360)], help_text="Colour of its alcoves (oklch hue)."
    )
    position = models.PositiveIntegerField(default=0)

    objects = CategoryManager()  # type: ignore[misc]
    all_objects = CategoryQuerySet.as_manager()  # type: ignore[misc, django-manager-missing]

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"
        constraints = [
            UniqueConstraint(
                fields=["store_key", "name", "deletion_token"],
                name="catalog_category_name_unique",
                violation_error_message="There is a category with this name already.",
            ),
            UniqueConstraint(fields=["slug", "deletion_token"], name="catalog_category_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.store_key = self.store_id or 0

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.store_key = self.store_id or 0
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.slug])
