"""Saved things: the wishlist of a customer, or of a guest who holds its token."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from catalog.models import Product, Variant


def new_token() -> str:
    """A name that nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


class Wishlist(models.Model):
    """One list of saved things. Only `services/wishlists.py` writes here.

    A guest's list (`customer` is empty) is found by the `token` in the session. A customer's is
    found by who they are: its token opens nothing. `share_token` is empty until its owner shares it.
    """

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="wishlist"
    )
    share_token = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return f"Wishlist {self.pk}"

    @property
    def is_shared(self) -> bool:
        return self.share_token is not None


class WishlistItem(models.Model):
    """A saved product, with the variant that was looked at when it was saved, if any."""

    wishlist = models.ForeignKey(Wishlist, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    variant = models.ForeignKey(Variant, models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-added_at", "-pk"]
        constraints = [
            UniqueConstraint(fields=["wishlist", "product"], name="customers_wishlistitem_unique"),
        ]

    def __str__(self) -> str:
        return self.product.name
