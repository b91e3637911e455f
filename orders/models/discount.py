"""Discounts as the merchant enters them, their codes, and who has used them."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils import timezone

from catalog.models import Category, Product, Store
from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField


class Discount(BaseModel):
    """Money off, for a code or by itself.

    In the words of older coupon systems: `percent` 20 is a multiplier of 0.8, `cap` is "upto",
    `amount` is "flatoff". `active_from` and `active_until` limit the dates. `uses` counts the
    live DiscountUse rows and is only changed by a guarded update.

    It applies by itself, or for its one `code`, or (`codes_only`) for single-use codes that are
    made for it. What `buy_quantity`, `get_quantity` and `percent` do together is in
    `orders.discounts.pieces_off`.
    """

    class Kind(models.TextChoices):
        PERCENT = "percent", "Percentage off"
        AMOUNT = "amount", "Amount off"
        FREE_SHIPPING = "free_shipping", "Free delivery"
        BUY_X_GET_Y = "buy_x_get_y", "Buy some, get some"

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
        help_text="For a percentage, and for what the pieces of “buy some, get some” lose: 100 is free.",
    )
    cap = MoneyField(
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.001"))],
        help_text="Never takes more than this off an order.",
    )
    amount = MoneyField(default=0, validators=[MinValueValidator(Decimal(0))])
    buy_quantity = models.PositiveSmallIntegerField(
        "buy", default=0, validators=[MaxValueValidator(999)], help_text="So many pieces at the full price …"
    )
    get_quantity = models.PositiveSmallIntegerField(
        "get",
        default=0,
        validators=[MaxValueValidator(999)],
        help_text="… and so many reduced: of each group the cheapest pieces.",
    )
    minimum_spend = MoneyField(
        default=0,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Counted on the goods the discount is about, before discounts.",
    )
    products = models.ManyToManyField(Product, blank=True, help_text="Empty: all products.")
    categories = models.ManyToManyField(
        Category, blank=True, help_text="With their subcategories. Empty: all categories."
    )
    stores = models.ManyToManyField(Store, blank=True, help_text="Empty: all stores.")
    customers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="own_discounts",
        help_text="Only these, when they are signed in. Empty: everybody.",
    )
    first_order_only = models.BooleanField(
        default=False, help_text="For buyers without an order that was not cancelled."
    )
    staff_only = models.BooleanField(
        default=False, help_text="Only staff can enter the code, for a customer. Shoppers do not know it."
    )
    codes_only = models.BooleanField(
        "only with generated codes",
        default=False,
        help_text="Applies for single-use codes alone: make them after saving.",
    )
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    max_uses_per_customer = models.PositiveIntegerField(null=True, blank=True)
    priority = models.IntegerField(default=0, help_text="Higher is applied first.")
    exclusive = models.BooleanField(default=False, help_text="Alone in the order, if it saves more.")
    stackable = models.BooleanField(
        default=True, help_text="Unticked: leaves out goods that another discount has reduced."
    )
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
            CheckConstraint(
                condition=~Q(kind="buy_x_get_y") | Q(buy_quantity__gte=1, get_quantity__gte=1),
                name="orders_discount_buy_and_get",
                violation_error_message="Say how many to buy and how many to get.",
            ),
            CheckConstraint(
                condition=Q(staff_only=False) | Q(code_key__isnull=False) | Q(codes_only=True),
                name="orders_discount_staff_need_a_code",
                violation_error_message="A discount for staff only needs a code.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})" if self.code else self.name

    @property
    def flat(self) -> Decimal:
        """The amount it takes off, for the kind that takes one."""
        return self.amount if self.kind == self.Kind.AMOUNT else Decimal(0)

    def clean(self) -> None:
        self.code_key = normalise_code(self.code) or None
        if self.code_key and DiscountCode.objects.filter(code_key=self.code_key).exists():
            raise ValidationError({"code": "A generated code is the same. Choose another."})

    def save(self, *args: object, **kwargs: object) -> None:
        self.code_key = normalise_code(self.code) or None
        super().save(*args, **kwargs)  # type: ignore[arg-type]


def normalise_code(code: str) -> str:
    """Return the code as it is compared: capitals, no spaces."""
    return "".join(code.split()).upper()


class DiscountCode(models.Model):
    """A code of a discount that one order may use. `uses` is 0 or 1, by guarded updates alone."""

    discount = models.ForeignKey(Discount, models.PROTECT, related_name="codes")
    code = models.CharField(max_length=40)
    code_key = models.CharField(max_length=40, unique=True, editable=False)
    uses = models.PositiveSmallIntegerField(default=0, editable=False)
    batch = models.CharField(max_length=60, blank=True, db_index=True, help_text="What it was made for.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [CheckConstraint(condition=Q(uses__lte=1), name="orders_discountcode_used_once")]

    def __str__(self) -> str:
        return self.code


class DiscountUse(models.Model):
    """One use of a discount by an order; released when the order is cancelled."""

    discount = models.ForeignKey(Discount, models.PROTECT, related_name="use_rows")
    order = models.ForeignKey("orders.Order", models.CASCADE, related_name="discount_uses")
    code = models.ForeignKey(DiscountCode, models.PROTECT, null=True, blank=True, related_name="use_rows")
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
