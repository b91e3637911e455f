"""The cart, with the answers of the checkout that belongs to it."""

import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from catalog.models import Variant
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.money import MoneyField

MAX_QUANTITY = 999


def new_token() -> str:
    """A name that nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


class CartQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(status=Cart.Status.OPEN)


class Cart(models.Model):
    """What somebody is about to buy, and what they have answered in the checkout so far.

    Found by `token`, which a guest's session or API client holds; a customer has one open cart.
    `open_for` is the customer's id while the cart is open and NULL afterwards, so that the
    database allows one open cart each.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ORDERED = "ordered", "Ordered"
        MERGED = "merged", "Merged into another"
        DRAFT = "draft", "Draft of staff"

    # What may still be changed. Shoppers only ever find open ones.
    EDITABLE = (Status.OPEN, Status.DRAFT)

    token = models.CharField(max_length=64, unique=True, default=new_token)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="carts"
    )
    open_for = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(auto_now=True, db_index=True)

    # The checkout's answers
    email = models.EmailField(max_length=254, blank=True)
    shipping_address = models.JSONField(null=True, blank=True)
    billing_address = models.JSONField(null=True, blank=True, help_text="Empty: the same as delivery.")
    shipping_method = models.CharField(max_length=40, blank=True)
    payment_method = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    vat_number = models.CharField("VAT number", max_length=20, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="Who of the staff writes a draft.",
    )

    objects = CartQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(open_for__isnull=True) | Q(status="open"), name="orders_cart_open_for_open_only"
            ),
        ]

    def __str__(self) -> str:
        return f"Cart {self.pk}"

    @property
    def delivery_address(self) -> PostalAddress | None:
        return PostalAddress.from_dict(self.shipping_address) if self.shipping_address else None

    @property
    def invoice_address(self) -> PostalAddress | None:
        chosen = self.billing_address or self.shipping_address
        return PostalAddress.from_dict(chosen) if chosen else None


class DraftOrderManager(models.Manager.from_queryset(CartQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> CartQuerySet:
        return super().get_queryset().filter(status=Cart.Status.DRAFT)


class DraftOrder(Cart):
    """An order that staff prepare for somebody: a cart that no shopper finds, until it is placed."""

    objects = DraftOrderManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        ordering = ["-modified_at"]

    def __str__(self) -> str:
        return f"Draft {self.pk} for {self.email}"


class CartLine(models.Model):
    """So many of a variant. `seen_price` is what the shopper last saw it cost."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    seen_price = MoneyField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["cart", "variant"], name="orders_cartline_unique"),
            CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=MAX_QUANTITY),
                name="orders_cartline_quantity_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"


class CartCoupon(models.Model):
    """A discount code that was typed into a cart.

    `code` is the generated code that was typed, None for the discount's own. `by_staff`: staff
    put it in for the shopper, so it may be one that shoppers cannot use themselves.
    """

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="coupons")
    discount = models.ForeignKey("orders.Discount", models.CASCADE, related_name="+")
    code = models.ForeignKey("orders.DiscountCode", models.CASCADE, null=True, blank=True, related_name="+")
    by_staff = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [UniqueConstraint(fields=["cart", "discount"], name="orders_cartcoupon_unique")]

    def __str__(self) -> str:
        return str(self.discount)

    @property
    def typed(self) -> str:
        """The code as the merchant wrote it."""
        return self.code.code if self.code else self.discount.code
