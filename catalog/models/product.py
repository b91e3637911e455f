"""Products, their variants, and the attributes that tell variants apart."""

from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse

from catalog.models.category import Category
from catalog.models.store import Store
from ecommerce.lib.models import BaseModel, LifecycleQuerySet
from ecommerce.lib.money import MoneyField


class ProductQuerySet(LifecycleQuerySet):
    def published(self) -> Self:
        """Products that shoppers may see and buy, or ask to be told about."""
        return self.live().filter(status=Product.Status.PUBLISHED)

    def for_listing(self) -> Self:
        """Published products with all a card shows, in one query."""
        return self.published().select_related("category", "store")


class ProductManager(models.Manager.from_queryset(ProductQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> ProductQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Product(BaseModel):
    """What is sold. Every product has at least one variant, which carries price and stock.

    The fields under "what a listing shows" repeat facts of variants, stock, images and
    reviews, so that a listing is one query. Only `catalog.services` writes them.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    class StockState(models.TextChoices):
        IN_STOCK = "in_stock", "In stock"
        LOW = "low", "Low stock"
        BACKORDER = "backorder", "Available to order"
        SOLD_OUT = "sold_out", "Sold out"

    class TaxClass(models.TextChoices):
        STANDARD = "standard", "Standard rate"
        REDUCED = "reduced", "Reduced rate (books, food, plants)"
        ZERO = "zero", "No tax"

    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    store = models.ForeignKey(Store, models.PROTECT, related_name="products")
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=180)
    summary = models.CharField(max_length=120, blank=True, help_text="One line under the name on cards.")
    description = models.TextField(blank=True)
    details = models.JSONField(default=list, blank=True, help_text='Pairs: [["Material", "Oak"], …]')
    tax_class = models.CharField(max_length=20, choices=TaxClass, default=TaxClass.STANDARD)
    rank = models.PositiveIntegerField(default=1000, help_text="Lower comes first in “Recommended”.")

    # What a listing shows
    price_min = MoneyField(default=0, editable=False)
    price_max = MoneyField(default=0, editable=False)
    compare_at = MoneyField(null=True, blank=True, editable=False)
    available = models.PositiveIntegerField(default=0, editable=False)
    stock_state = models.CharField(
        max_length=10, choices=StockState, default=StockState.SOLD_OUT, editable=False
    )
    image = models.CharField(
        max_length=200, default="", editable=False, help_text="Stem of its first picture."
    )
    image_alt = models.CharField(max_length=200, default="", editable=False)
    rating = models.DecimalField(max_digits=3, decimal_places=2, default=0, editable=False)
    review_count = models.PositiveIntegerField(default=0, editable=False)

    objects = ProductManager()  # type: ignore[misc]
    all_objects = ProductQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [
            UniqueConstraint(fields=["slug", "deletion_token"], name="catalog_product_slug_unique"),
        ]
        indexes = [
            Index(fields=["category", "is_deleted", "status", "rank"], name="catalog_product_shelf"),
            Index(fields=["is_deleted", "status", "rank"], name="catalog_product_rank"),
            Index(fields=["is_deleted", "status", "price_min"], name="catalog_product_price"),
            Index(fields=["is_deleted", "status", "rating"], name="catalog_product_rating"),
            Index(fields=["is_deleted", "status", "created_at"], name="catalog_product_new"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.slug])

    @property
    def is_on_sale(self) -> bool:
        return self.compare_at is not None and self.compare_at > self.price_min

    @property
    def saving_percent(self) -> int:
        """How much cheaper than the compare-at price, rounded down so that it never boasts."""
        if not self.compare_at or not self.is_on_sale:
            return 0
        return int((1 - self.price_min / self.compare_at) * 100)


class Attribute(models.Model):
    """What variants differ in: colour, size. `code` is the name of the filter in URLs."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class AttributeValue(models.Model):
    """One value of an attribute; `swatch` is a CSS colour shown beside its name."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="values")
    value = models.CharField(max_length=60)
    swatch = models.CharField(max_length=9, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["attribute__position", "position", "value"]
        constraints = [
            UniqueConstraint(fields=["attribute", "value", "swatch"], name="catalog_attributevalue_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute.name}: {self.value}"


class Variant(BaseModel):
    """One thing that can be put in a cart: a SKU with its price and its attribute values."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    sku = models.CharField("SKU", max_length=64)
    name = models.CharField(
        max_length=120, blank=True, help_text="“Raspberry, M”; made of the attribute values when left empty."
    )
    price = MoneyField(validators=[MinValueValidator(Decimal(0))])
    compare_at = MoneyField(null=True, blank=True, help_text="The price before the sale.")
    weight_grams = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    image = models.ForeignKey(
        "catalog.ProductImage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="variants",
        help_text="Shown first when this variant is chosen.",
    )
    values = models.ManyToManyField(AttributeValue, blank=True, related_name="variants")
    backorder_limit = models.PositiveIntegerField(
        default=0, help_text="So many may be sold before they are there; 0: none."
    )
    backorder_days = models.PositiveSmallIntegerField(
        default=10, help_text="Working days until more comes, as pages promise it."
    )
    # Written by catalog.services only: pieces promised that have yet to come.
    backordered = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [
            Index(fields=["active_from"], name="catalog_variant_start"),
            Index(fields=["active_until"], name="catalog_variant_end"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["sku", "deletion_token"],
                name="catalog_variant_sku_unique",
                violation_error_message="Another variant has this SKU.",
            ),
            CheckConstraint(condition=Q(price__gte=0), name="catalog_variant_price_not_negative"),
            CheckConstraint(condition=Q(backordered__gte=0), name="catalog_variant_backordered_not_negative"),
            CheckConstraint(
                condition=Q(compare_at__isnull=True) | Q(compare_at__gt=F("price")),
                name="catalog_variant_compare_at_above_price",
                violation_error_message="The price before the sale must be higher than the price.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saving what a form shows never writes back an older `backordered`."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            fields = self._meta.concrete_fields
            kwargs["update_fields"] = [
                field.name for field in fields if not field.primary_key and field.name != "backordered"
            ]
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """The product's name and the variant's, as carts, orders and papers show it."""
        return f"{self.product.name}, {self.name}" if self.name else self.product.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.product.slug], query={"variant": self.sku})
