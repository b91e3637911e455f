"""Goods that a program asked to keep: for a cart, or for nobody but who knows the hold's id."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from catalog.models import Variant
from orders.models.cart import MAX_QUANTITY, Cart


def new_hold_id() -> str:
    """A name that nobody can guess (128 bits)."""
    return secrets.token_urlsafe(16)


class KeptGoods(models.Model):
    """What was asked for: so many of a variant, until then. The pieces themselves are `Hold` rows.

    `since` is when a shopper's time began; it stays when they ask again. One row for each cart and
    variant; without a cart, each is a promise of its own.
    """

    hold_id = models.CharField(max_length=32, unique=True, default=new_hold_id, editable=False)
    cart = models.ForeignKey(Cart, models.CASCADE, null=True, blank=True, related_name="kept_goods")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            UniqueConstraint(fields=["cart", "variant"], name="orders_keptgoods_unique"),
            CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=MAX_QUANTITY),
                name="orders_keptgoods_quantity_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant} until {self.until:%H:%M}"

    @property
    def own_reference(self) -> str:
        """The name under which stock is held when there is no cart."""
        return f"kept:{self.hold_id}"

    def is_running(self, now: datetime) -> bool:
        return self.ended_at is None and self.until > now
