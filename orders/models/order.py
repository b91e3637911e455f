"""The order: a snapshot of what was bought, and the states it goes through."""

import secrets
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product, Variant
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.models import BaseModel, LifecycleQuerySet
from ecommerce.lib.money import MoneyField
from orders.discounts import Applied
from orders.models.balance import OrderFacts
from orders.models.cart import Cart, new_token
from orders.pricing import Quote
from orders.shipping import days_in_words
from orders.ways_to_pay import label_of

# Without I, L, O and U: nothing to misread on a parcel or the phone.
NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number() -> str:
    """A short public number. It gives no access: a guest also needs the email or the token."""
    return "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(8))


class OrderQuerySet(LifecycleQuerySet):
    def for_customer(self, user: Any) -> Self:
        """The customer's own orders, the newest first."""
        return self.filter(customer=user).order_by("-placed_at", "-pk")

    def with_token(self, token: str) -> Self:
        return self.filter(token=token)


class OrderManager(models.Manager.from_queryset(OrderQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> OrderQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class Order(OrderFacts, BaseModel):
    """One purchase. Everything it shows is its own copy; only services change its states.

    subtotal + shipping_total + tax_added - discount_total = total, where tax_added is
    tax_total when prices exclude tax and zero when they include it. `cart` is unique: a cart
    becomes one order, however often "Pay" is pressed.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        PROCESSING = "processing", "Processing"
        SHIPPED = "shipped", "Shipped"
        DELIVERED = "delivered", "Delivered"
        CANCELLED = "cancelled", "Cancelled"
        REFUNDED = "refunded", "Refunded"

    class PaymentStatus(models.TextChoices):
        UNPAID = "unpaid", "Awaiting payment"
        PARTLY_PAID = "partly_paid", "Partly paid"
        PAID = "paid", "Paid"
        PARTLY_REFUNDED = "partly_refunded", "Partly refunded"
        REFUNDED = "refunded", "Refunded"

    class FulfilmentStatus(models.TextChoices):
        UNFULFILLED = "unfulfilled", "Not shipped"
        PARTIAL = "partial", "Partly shipped"
        FULFILLED = "fulfilled", "Shipped"

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.PENDING: frozenset({Status.PROCESSING, Status.CANCELLED}),
        Status.PROCESSING: frozenset({Status.SHIPPED, Status.CANCELLED}),
        Status.SHIPPED: frozenset({Status.DELIVERED, Status.REFUNDED}),
        Status.DELIVERED: frozenset({Status.REFUNDED}),
        # Nothing leads out of it but money that was merely late (`services.reviving`).
        Status.CANCELLED: frozenset(),
        Status.REFUNDED: frozenset(),
    }

    number = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    cart = models.OneToOneField(Cart, models.SET_NULL, null=True, blank=True, related_name="order")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    email = models.EmailField(max_length=254)
    # What is asked when somebody's orders are looked for; made by the database, so always of `email`.
    email_key = models.GeneratedField(
        expression=Lower("email"), output_field=models.EmailField(max_length=254), db_persist=True
    )
    name = models.CharField(max_length=120)

    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    payment_status = models.CharField(max_length=20, choices=PaymentStatus, default=PaymentStatus.UNPAID)
    fulfilment_status = models.CharField(
        max_length=20, choices=FulfilmentStatus, default=FulfilmentStatus.UNFULFILLED
    )
    payment_method = models.CharField(
        max_length=40, blank=True, help_text="Empty: the shopper chooses by the link they were sent."
    )

    currency = models.CharField(max_length=3)
    subtotal = MoneyField()
    shipping_total = MoneyField()
    discount_total = MoneyField()
    tax_total = MoneyField()
    total = MoneyField()
    amount_paid = MoneyField(default=0, help_text="Money received, less money sent back.")
    amount_credited = MoneyField(
        default=0, help_text="What was sent back although the total asks for it: goodwill, returned goods."
    )
    shipping_refunded = MoneyField(
        default=0, help_text="The delivery cost that goes back without a return; once for an order."
    )
    overpaid_since = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="More came in than it costs: the rest goes back."
    )
    prices_include_tax = models.BooleanField()
    vat_number = models.CharField("VAT number", max_length=20, blank=True)
    reverse_charge = models.BooleanField(
        default=False, help_text="A business in another member state: no VAT, the buyer owes it."
    )
    revision = models.PositiveIntegerField(default=0, help_text="How often it was changed since placing.")
    quote = models.JSONField(default=dict, help_text="The whole calculation, with its trace.")

    shipping_method = models.CharField(max_length=40)
    shipping_name = models.CharField(max_length=80)
    promised_from = models.DateField(null=True, blank=True)
    promised_until = models.DateField(null=True, blank=True)
    promise_terms = models.JSONField(
        default=dict, blank=True, help_text="The days the promise was counted with, to count it again."
    )
    collect_from = models.JSONField(
        null=True, blank=True, help_text="Where it is collected, with opening hours; empty: it is sent."
    )
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    note = models.CharField(max_length=500, blank=True)

    placed_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Cancelled then, unless paid; empty when it waits for nothing."
    )
    paid_at = models.DateTimeField(null=True, blank=True)
    picking_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then it is being packed; the shopper can no longer change it."
    )
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    choice_until = models.DateTimeField(
        null=True,
        blank=True,
        db_index=True,
        help_text="Paid after its time was over, and the goods are gone: the shopper may wait for them. "
        "Then the money goes back.",
    )

    objects = OrderManager()  # type: ignore[misc]
    all_objects = OrderQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-placed_at", "-pk"]
        permissions = [
            ("pack_order", "Can pick, pack and ship orders"),
            ("see_order_amounts", "Can see the amounts of orders"),
            ("see_sales", "Can see sales figures"),
        ]
        constraints = [
            CheckConstraint(condition=Q(total__gte=0), name="orders_order_total_not_negative"),
            CheckConstraint(
                condition=Q(discount_total__lte=F("subtotal") + F("shipping_total")),
                name="orders_order_discount_within_goods",
            ),
        ]
        indexes = [
            Index(fields=["is_deleted", "-placed_at", "-id"], name="orders_order_newest"),
            Index(fields=["status", "placed_at"], name="orders_order_status"),
            Index(fields=["customer", "placed_at"], name="orders_order_customer"),
            Index(fields=["email_key"], name="orders_order_email_key"),
            Index(fields=["status", "expires_at"], name="orders_order_expiry"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page for whoever holds the link; emails carry it."""
        return reverse("orders:track", args=[self.token])

    @property
    def delivery_address(self) -> PostalAddress:
        return PostalAddress.from_dict(self.shipping_address)

    @property
    def invoice_address(self) -> PostalAddress:
        return PostalAddress.from_dict(self.billing_address)

    @property
    def is_collect(self) -> bool:
        """Whether the shopper comes for it; nothing is sent then."""
        return self.collect_from is not None

    @property
    def pickup_address(self) -> PostalAddress | None:
        """Where it is collected; None for what is sent."""
        return PostalAddress.from_dict(self.collect_from) if self.collect_from else None

    @property
    def opening_hours(self) -> str:
        return self.collect_from.get("opening_hours", "") if self.collect_from else ""

    @property
    def promised_words(self) -> str:
        """ "Tuesday 24 to Wednesday 25 November"; for what is collected the day it is ready; or ""."""
        if self.promised_until is None:
            return ""
        return days_in_words(self.promised_from or self.promised_until, self.promised_until)

    @property
    def status_words(self) -> str:
        """The status as people say it: what is collected is never shipped."""
        words = {self.Status.SHIPPED: "Ready to collect", self.Status.DELIVERED: "Collected"}
        own = words.get(self.Status(self.status)) if self.is_collect else None
        return own or self.Status(self.status).label

    @property
    def fulfilment_status_words(self) -> str:
        states = self.FulfilmentStatus
        words = {states.UNFULFILLED: "Not ready", states.PARTIAL: "Partly ready", states.FULFILLED: "Ready"}
        state = states(self.fulfilment_status)
        return words[state] if self.is_collect else state.label

    @property
    def quoted(self) -> Quote:
        """The calculation as it was when the order was placed."""
        return Quote.from_json(self.quote)

    @property
    def applied_discounts(self) -> list[Applied]:
        """The discounts as they were when the order was placed."""
        return self.quoted.discounts if self.quote else []

    @property
    def payment_label(self) -> str:
        """How it is paid, in words."""
        if self.is_collect and self.payment_method == "cash_on_delivery":
            return "Paid when collected"
        return label_of(self.payment_method)

    @property
    def stock_reference(self) -> str:
        """The name under which the catalogue holds this order's stock."""
        return f"order:{self.number}"

    def can_become(self, status: str) -> bool:
        return status in self.TRANSITIONS[self.status]

    @property
    def can_be_cancelled(self) -> bool:
        return self.can_become(self.Status.CANCELLED)

    @property
    def invoice(self) -> Any:
        """The invoice that counts: the newest, None before there is one."""
        return self.invoices.order_by("-revision").first()


class OrderLine(models.Model):
    """What was bought, as it was named and priced then. Money is for the whole line."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="order_lines")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="order_lines")
    name = models.CharField(max_length=160)
    variant_name = models.CharField(max_length=120, blank=True)
    sku = models.CharField("SKU", max_length=64)
    image = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    quantity_shipped = models.PositiveIntegerField(default=0)
    # Pieces asked back in returns that are open or have brought them back.
    quantity_returned = models.PositiveIntegerField(default=0)
    # Pieces whose money went back without a return: lost, broken, or handed back over the counter.
    quantity_refunded = models.PositiveIntegerField(default=0)
    unit_price = MoneyField()
    subtotal = MoneyField()
    discount = MoneyField(default=0)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2)
    tax = MoneyField()
    total = MoneyField(help_text="What the shopper pays for the line, tax included.")
    weight_grams = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["order", "variant"], name="orders_orderline_unique"),
            CheckConstraint(condition=Q(quantity__gte=1), name="orders_orderline_quantity_positive"),
            CheckConstraint(
                condition=Q(quantity_shipped__lte=F("quantity")), name="orders_orderline_not_overshipped"
            ),
            CheckConstraint(
                condition=Q(quantity_returned__lte=F("quantity_shipped")),
                name="orders_orderline_not_overreturned",
            ),
            CheckConstraint(
                condition=Q(quantity_refunded__lte=F("quantity")), name="orders_orderline_not_overrefunded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.full_name}"

    @property
    def full_name(self) -> str:
        return f"{self.name}, {self.variant_name}" if self.variant_name else self.name


class OrderEvent(models.Model):
    """Something that happened to an order, by whom; never changed afterwards."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=40)
    message = models.CharField(max_length=300)
    is_public = models.BooleanField(default=True, help_text="The shopper sees it.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_label = models.CharField(max_length=120, default="Shop")
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.message
