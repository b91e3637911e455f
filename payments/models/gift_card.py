"""Gift cards and store credit: money the shop owes to whoever holds a code, or to a customer."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils import timezone

from ecommerce.lib.models import BaseModel, LifecycleQuerySet
from ecommerce.lib.money import MoneyField
from orders.models import Cart, Order
from payments.models.payment import Payment, Refund


class GiftCardQuerySet(LifecycleQuerySet):
    def usable(self, today: date) -> Self:
        """Those that can pay something on this day."""
        in_time = Q(expires_on=None) | Q(expires_on__gte=today)
        return self.filter(in_time, status=GiftCard.Status.ACTIVE, balance__gt=0)


class GiftCardManager(models.Manager.from_queryset(GiftCardQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> GiftCardQuerySet:
        return super().get_queryset().filter(is_deleted=False)


class GiftCard(BaseModel):
    """A balance that pays for orders. Its entries add up to it; only `services.gift_card_ledger` writes both.

    A gift card is found by its code, of which the database has a keyed hash and the last four
    characters; the code itself is kept, sealed, only until its email is sent. Store credit has no
    code: it belongs to `customer`, one for each currency (`credit_key`).
    """

    class Kind(models.TextChoices):
        GIFT_CARD = "gift_card", "Gift card"
        STORE_CREDIT = "store_credit", "Store credit"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        BLOCKED = "blocked", "Blocked"

    kind = models.CharField(max_length=20, choices=Kind, default=Kind.GIFT_CARD)
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    code_hash = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    last4 = models.CharField("last four", max_length=4, blank=True)
    sealed_code = models.TextField(blank=True, editable=False)
    currency = models.CharField(max_length=3)
    initial_amount = MoneyField()
    balance = MoneyField()
    put_on = MoneyField(help_text="All that was ever put on it.")
    expires_on = models.DateField(
        null=True, blank=True, help_text="The last day it can be used; empty: always."
    )
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="gift_cards"
    )
    credit_key = models.CharField(max_length=40, unique=True, null=True, blank=True, editable=False)
    recipient_email = models.EmailField(max_length=254, blank=True)
    recipient_name = models.CharField(max_length=120, blank=True)
    message = models.CharField(max_length=500, blank=True, help_text="The recipient reads it in the email.")
    order = models.ForeignKey(Order, models.PROTECT, null=True, blank=True, related_name="gift_cards")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="gift_cards")
    # Its email: owed since, claimed by a worker, sent.
    email_owed_at = models.DateTimeField(null=True, blank=True, editable=False)
    email_claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    email_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    email_attempts = models.PositiveIntegerField(default=0, editable=False)
    email_error = models.CharField(max_length=300, blank=True, editable=False)

    objects = GiftCardManager()  # type: ignore[misc]
    all_objects = GiftCardQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(balance__gte=0) & Q(balance__lte=F("put_on")), name="payments_giftcard_balance"
            ),
            CheckConstraint(
                condition=Q(kind="gift_card", code_hash__isnull=False, credit_key__isnull=True)
                | Q(
                    kind="store_credit",
                    code_hash__isnull=True,
                    credit_key__isnull=False,
                    customer__isnull=False,
                ),
                name="payments_giftcard_code_or_customer",
            ),
        ]
        indexes = [Index(fields=["email_sent_at", "email_owed_at"], name="payments_giftcard_owed")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How shoppers and staff read it; never the code."""
        return "Store credit" if self.kind == self.Kind.STORE_CREDIT else f"Gift card …{self.last4}"

    @property
    def is_usable(self) -> bool:
        """Whether it can pay something today: the same rule as `usable`."""
        in_time = self.expires_on is None or self.expires_on >= timezone.localdate()
        return in_time and self.status == self.Status.ACTIVE and self.balance > 0


class GiftCardEntry(models.Model):
    """A change of a card's balance; never changed afterwards. The same `key` is written once."""

    card = models.ForeignKey(GiftCard, models.PROTECT, related_name="entries")
    amount = MoneyField(help_text="Above zero: put on the card. Below: taken from it.")
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="gift_card_entries"
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="gift_card_entries"
    )
    reason = models.CharField(max_length=200)
    key = models.CharField(max_length=120, unique=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "gift card entries"
        constraints = [CheckConstraint(condition=~Q(amount=0), name="payments_giftcardentry_not_zero")]

    def __str__(self) -> str:
        return f"{self.amount:+} on {self.card_id}: {self.reason}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for an entry that is written already."""
        if self.pk is not None:
            raise TypeError("An entry is never changed; write another one.")
        super().save(*args, **kwargs)


class CartGiftCard(models.Model):
    """A card with which the shopper wants to pay for a cart. Nothing is taken from it before placing."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="gift_cards")
    card = models.ForeignKey(GiftCard, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["card_id"]
        constraints = [UniqueConstraint(fields=["cart", "card"], name="payments_cartgiftcard_unique")]

    def __str__(self) -> str:
        return str(self.card)
