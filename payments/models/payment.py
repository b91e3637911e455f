"""Payments and refunds."""

import secrets
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils import timezone

from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import ZERO, MoneyField
from orders.models import Order


def new_reference() -> str:
    """Our own key for a payment: unguessable, and the idempotency key at the gateway."""
    return f"pay_{secrets.token_hex(16)}"


class Payment(BaseModel):
    """One attempt to be paid for an order.

    `live_for` is the order's id while the attempt is open or has succeeded and NULL once it
    has failed or was called off: the database allows one live attempt for each `part` of what
    an order costs, however often "Pay" is pressed. The first part is 0; what an order costs more
    after a change is the next. States never go back.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        AUTHORISED = "authorised", "Authorised"
        CAPTURED = "captured", "Paid"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Called off"

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.PENDING: frozenset({Status.AUTHORISED, Status.CAPTURED, Status.FAILED, Status.CANCELLED}),
        Status.AUTHORISED: frozenset({Status.CAPTURED, Status.FAILED, Status.CANCELLED}),
        Status.CAPTURED: frozenset(),
        # Money is a fact: an attempt we had given up may still turn out to be paid.
        Status.FAILED: frozenset({Status.CAPTURED}),
        Status.CANCELLED: frozenset({Status.CAPTURED}),
    }
    LIVE = (Status.PENDING, Status.AUTHORISED, Status.CAPTURED)

    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    live_for = models.BigIntegerField(null=True, blank=True, editable=False)
    part = models.PositiveIntegerField(default=0, editable=False)
    gateway = models.CharField(max_length=40)
    reference = models.CharField(max_length=64, unique=True, default=new_reference, editable=False)
    external_id = models.CharField(max_length=120, blank=True, db_index=True)
    amount = MoneyField()
    refunded_amount = MoneyField(default=0)
    currency = models.CharField(max_length=3)
    failure_reason = models.CharField(max_length=200, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)
    charge_id = models.CharField(
        max_length=120, blank=True, db_index=True, help_text="The gateway's name for the money itself."
    )
    authorised_until = models.DateTimeField(
        null=True, blank=True, help_text="Then the gateway gives an authorised amount free again."
    )
    # What the gateway has in its books is not what was asked for: nothing is booked until staff decide.
    held_since = models.DateTimeField(null=True, blank=True, db_index=True)
    held_reason = models.CharField(max_length=300, blank=True)
    reported_amount = MoneyField(null=True, blank=True)
    reported_currency = models.CharField(max_length=3, blank=True)
    closed_at_gateway = models.DateTimeField(
        null=True,
        blank=True,
        help_text="No money can come by it any more. Empty: it has yet to be ended there.",
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            UniqueConstraint(fields=["live_for", "part"], name="payments_payment_one_live"),
            CheckConstraint(condition=Q(amount__gte=0), name="payments_payment_amount_not_negative"),
            CheckConstraint(
                condition=Q(refunded_amount__gte=0) & Q(refunded_amount__lte=F("amount")),
                name="payments_payment_refund_within_amount",
            ),
        ]
        indexes = [
            Index(fields=["status", "created_at"], name="payments_payment_open"),
            Index(fields=["status", "closed_at_gateway"], name="payments_payment_to_close"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.amount} {self.currency} for {self.order}"

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.PENDING, self.Status.AUTHORISED)

    @property
    def left(self) -> Decimal:
        """How much of it is still here."""
        return self.amount - self.refunded_amount if self.status == self.Status.CAPTURED else ZERO


class Refund(models.Model):
    """Money sent back. Claimed against its payment before the gateway is asked.

    A refund that failed keeps its claim until staff ask again or settle it otherwise: `attempts` makes
    the gateway's key of each try. `lines` are the pieces it is for (order line id -> pieces) and
    `shipping` the part of it that is for delivery; both empty for a plain amount.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        DONE = "done", "Sent back"
        FAILED = "failed", "Failed"
        GIVEN_UP = "given_up", "Not sent"

    class Method(models.TextChoices):
        ORIGINAL = "original", "The way it came"
        STORE_CREDIT = "store_credit", "Store credit"
        BY_HAND = "by_hand", "By hand"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    method = models.CharField(max_length=20, choices=Method, default=Method.ORIGINAL)
    amount = MoneyField()
    credit = MoneyField(default=0, help_text="The part of it that the order's total still asks for.")
    reason = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    key = models.CharField(max_length=80, unique=True, help_text="The same key never refunds twice.")
    external_id = models.CharField(max_length=120, blank=True)
    failure_reason = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    lines = models.JSONField(default=dict, blank=True)
    shipping = MoneyField(default=0)
    restock = models.BooleanField(default=False, help_text="The pieces go back into stock.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [CheckConstraint(condition=Q(amount__gt=0), name="payments_refund_amount_positive")]
        indexes = [Index(fields=["status", "created_at"], name="payments_refund_open")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.payment}"

    @property
    def gateway_key(self) -> str:
        """The idempotency key of this try: a refund that failed is asked for anew under another."""
        return f"{self.key}-{self.attempts}" if self.attempts else self.key
