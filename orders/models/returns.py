"""Goods that come back, and statements of withdrawal."""

import secrets

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField
from orders.models.order import NUMBER_ALPHABET, Order, OrderLine


def new_return_number() -> str:
    """A short public number, for the parcel and the phone. It gives no access by itself."""
    return "R" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(7))


class Withdrawal(BaseModel):
    """A consumer's statement that they withdraw from a contract, as it reached us; never changed.

    `key` is the same for the same things of the same order, so that a statement sent twice has
    one receipt. (Directive 2011/83/EU, article 11a, as amended by Directive (EU) 2023/2673.)
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="withdrawals")
    key = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=120, help_text="As the consumer gave it.")
    email = models.EmailField(max_length=254)
    lines = models.JSONField(default=list, help_text="Line, name and pieces of each thing.")
    statement = models.TextField(help_text="The words, as they were confirmed.")
    received_at = models.DateTimeField(default=timezone.now)
    effect = models.TextField(blank=True, help_text="What follows from it, as the receipt says.")

    class Meta:
        ordering = ["-pk"]
        constraints = [UniqueConstraint(fields=["order", "key"], name="orders_withdrawal_unique")]

    def __str__(self) -> str:
        return f"Withdrawal from order {self.order.number}"


class Return(BaseModel):
    """Pieces of an order that come back. Only `services.returns` and `payments` change its state.

    `refund_decided_at` is set once the amount is fixed and the bank is being asked; from then
    on the amount stays, and the state becomes REFUNDED when the money has left. `shipping_for`
    is the order's id on the one return with which its delivery cost goes back, NULL on others.
    """

    class Kind(models.TextChoices):
        RETURN = "return", "Return"
        WITHDRAWAL = "withdrawal", "Withdrawal"

    class Status(models.TextChoices):
        REQUESTED = "requested", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Not accepted"
        RECEIVED = "received", "Arrived"
        REFUNDED = "refunded", "Refunded"
        CLOSED = "closed", "Closed without refund"
        CANCELLED = "cancelled", "Cancelled"

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.REQUESTED: frozenset({Status.APPROVED, Status.REJECTED, Status.CANCELLED}),
        Status.APPROVED: frozenset({Status.RECEIVED, Status.CLOSED, Status.CANCELLED}),
        Status.RECEIVED: frozenset({Status.REFUNDED, Status.CLOSED}),
        Status.REJECTED: frozenset(),
        Status.REFUNDED: frozenset(),
        Status.CLOSED: frozenset(),
        Status.CANCELLED: frozenset(),
    }
    # What still waits for somebody.
    OPEN = (Status.REQUESTED, Status.APPROVED, Status.RECEIVED)

    status = models.CharField(max_length=20, choices=Status, default=Status.REQUESTED)
    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    number = models.CharField(max_length=12, unique=True, default=new_return_number, editable=False)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.RETURN)
    withdrawal = models.OneToOneField(
        Withdrawal, models.PROTECT, null=True, blank=True, related_name="return_made"
    )
    # NULL when the request has no key: NULLs may repeat in a unique key.
    request_key = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    email = models.EmailField(max_length=254)
    note = models.CharField(max_length=500, blank=True)
    staff_answer = models.CharField(max_length=300, blank=True, help_text="The shopper reads it.")
    requested_at = models.DateTimeField(default=timezone.now)
    approved_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    refund_decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    refund_amount = MoneyField(null=True, blank=True)
    refund_reason = models.CharField(max_length=200, blank=True, help_text="Why less than the full amount.")
    refund_shipping = models.BooleanField(default=False)
    shipping_for = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    label_stored_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        permissions = [("receive_return", "Can receive returned goods")]
        constraints = [
            CheckConstraint(
                condition=Q(refund_amount__isnull=True) | Q(refund_amount__gte=0),
                name="orders_return_refund_not_negative",
            ),
            CheckConstraint(
                condition=Q(refund_shipping=False) | Q(shipping_for__isnull=False),
                name="orders_return_shipping_once",
            ),
        ]
        indexes = [Index(fields=["status", "requested_at"], name="orders_return_status")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page for whoever holds the order's link."""
        return reverse("orders:return", args=[self.order.token, self.number])

    def can_become(self, status: str) -> bool:
        return status in self.TRANSITIONS[self.status]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def can_be_cancelled(self) -> bool:
        """By the shopper; a withdrawal ends the contract at once and cannot be taken back alone."""
        return self.kind == self.Kind.RETURN and self.can_become(self.Status.CANCELLED)

    @property
    def refund_is_owed(self) -> bool:
        """Whether the amount is fixed and the bank has not taken it yet."""
        return self.refund_decided_at is not None and self.status == self.Status.RECEIVED


class ReturnLine(models.Model):
    """How many pieces of an order line, why, and what became of them."""

    class Reason(models.TextChoices):
        CHANGED_MIND = "changed_mind", "Changed my mind"
        DAMAGED = "damaged", "Damaged"
        WRONG_ITEM = "wrong_item", "Wrong item"
        NOT_AS_DESCRIBED = "not_as_described", "Not as described"
        ARRIVED_LATE = "arrived_late", "Arrived late"
        OTHER = "other", "Other"
        WITHDRAWN = "withdrawn", "Withdrawal, no reason asked"

    # What a shopper may choose from.
    REASONS = tuple(choice for choice in Reason.choices if choice[0] != "withdrawn")

    return_made = models.ForeignKey(Return, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returned_in")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=Reason)
    note = models.CharField(max_length=300, blank=True)
    received_quantity = models.PositiveIntegerField(default=0)
    restocked_quantity = models.PositiveIntegerField(default=0)
    refund_amount = MoneyField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["return_made", "line"], name="orders_returnline_unique"),
            CheckConstraint(condition=Q(quantity__gte=1), name="orders_returnline_quantity_positive"),
            CheckConstraint(
                condition=Q(received_quantity__lte=F("quantity")), name="orders_returnline_not_overreceived"
            ),
            CheckConstraint(
                condition=Q(restocked_quantity__lte=F("received_quantity")),
                name="orders_returnline_not_overstocked",
            ),
            CheckConstraint(
                condition=Q(refund_amount__isnull=True) | Q(refund_amount__gte=0),
                name="orders_returnline_refund_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.full_name}"
