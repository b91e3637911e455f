"""API tokens as people may see them."""

from typing import Self

from django.db import models
from django.utils import timezone
from knox.models import AuthToken

from customers.models.user import User


class ApiTokenQuerySet(models.QuerySet):
    def usable_by(self, user: User) -> Self:
        """The tokens with which programs can act for `user` now, the newest first."""
        return self.filter(user=user, expiry__gt=timezone.now()).order_by("-created", "-token_key")


class ApiToken(AuthToken):
    """A token as people may see it: by its first characters, never by its hash (the primary key)."""

    ID_LENGTH = 8

    listed = ApiTokenQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = "API token"
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return f"Token {self.token_id}…"

    @property
    def token_id(self) -> str:
        """Its first characters: too few to sign in with, enough to tell a person's tokens apart."""
        return self.token_key[: self.ID_LENGTH]
