"""Payments and refunds."""

import secrets

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils import timezone

from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField
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
        indexes = [Index(fields=["status", "created_at"], name="payments_payment_open")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.amount} {self.currency} for {self.order}"

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.PENDING, self.Status.AUTHORISED)


class Refund(models.Model):
    """Money sent back. Claimed against its payment before the gateway is asked."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        DONE = "done", "Sent back"
        FAILED = "failed", "Failed"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = MoneyField()
    credit = MoneyField(default=0, help_text="The part of it that the order's total still asks for.")
    reason = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    key = models.CharField(max_length=80, unique=True, help_text="The same key never refunds twice.")
    external_id = models.CharField(max_length=120, blank=True)
    failure_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [CheckConstraint(condition=Q(amount__gt=0), name="payments_refund_amount_positive")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.payment}"
