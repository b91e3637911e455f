"""Discounts as the merchant enters them, and who has used them."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils import timezone

from catalog.models import Category, Product
from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField


class Discount(BaseModel):
    """Money off, for a code or by itself.

    In the words of older coupon systems: `percent` 20 is a multiplier of 0.8, `cap` is "upto",
    `amount` is "flatoff". `active_from` and `active_until` limit the dates. `uses` counts the
    live DiscountUse rows and is only changed by a guarded update.
    """

    class Kind(models.TextChoices):
        PERCENT = "percent", "Percentage off"
        AMOUNT = "amount", "Amount off"
        FREE_SHIPPING = "free_shipping", "Free delivery"

    name = models.CharField(max_length=80, help_text="Shoppers read this beside the amount.")
    code = models.CharField(
        max_length=40, blank=True, help_text="Empty: applies by itself. Capitals and spaces do not matter."
    )
    # NULL when there is no code: NULLs may repeat in a unique key.
    code_key = models.CharField(max_length=40, null=True, blank=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PERCENT)
    percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    cap = MoneyField(null=True, blank=True, help_text="Never takes more than this off an order.")
    amount = MoneyField(default=0, validators=[MinValueValidator(Decimal(0))])
    minimum_spend = MoneyField(default=0, validators=[MinValueValidator(Decimal(0))])
    products = models.ManyToManyField(Product, blank=True, help_text="Empty: all products.")
    categories = models.ManyToManyField(
        Category, blank=True, help_text="With their subcategories. Empty: all categories."
    )
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    max_uses_per_customer = models.PositiveIntegerField(null=True, blank=True)
    priority = models.IntegerField(default=0, help_text="Higher is applied first.")
    exclusive = models.BooleanField(default=False, help_text="Not together with another discount.")
    uses = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-priority", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["code_key", "deletion_token"],
                name="orders_discount_code_unique",
                violation_error_message="Another discount has this code.",
            ),
            CheckConstraint(
                condition=Q(percent__gte=0) & Q(percent__lte=100), name="orders_discount_percent_in_range"
            ),
            CheckConstraint(condition=Q(amount__gte=0), name="orders_discount_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name

    def clean(self) -> None:
        self.code_key = normalise_code(self.code) or None

    def save(self, *args: object, **kwargs: object) -> None:
        self.code_key = normalise_code(self.code) or None
        super().save(*args, **kwargs)  # type: ignore[arg-type]


def normalise_code(code: str) -> str:
    """Return the code as it is compared: capitals, no spaces."""
    return "".join(code.split()).upper()


class DiscountUse(models.Model):
    """One use of a discount by an order; released when the order is cancelled."""

    discount = models.ForeignKey(Discount, models.PROTECT, related_name="use_rows")
    order = models.ForeignKey("orders.Order", models.CASCADE, related_name="discount_uses")
    customer_key = models.CharField(
        max_length=254, help_text="The buyer's email address, compared without case."
    )
    amount = MoneyField()
    created_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["discount", "order"], name="orders_discountuse_unique")]
        indexes = [Index(fields=["discount", "customer_key"], name="orders_discountuse_customer")]

    def __str__(self) -> str:
        return f"{self.discount} for {self.order}"
