"""API tokens: random, kept as hashes, expiring (settings.REST_KNOX), listed and ended by their owner."""

from datetime import datetime

from django.utils import timezone
from knox.models import AuthToken, get_token_model

from customers.models import ApiToken, User
from ecommerce.lib.errors import NotFound


def issue_token(*, user: User) -> str:
    """Return a new token of `user`. It is shown this once; only its hash is kept."""
    get_token_model().objects.filter(user=user, expiry__lt=timezone.now()).delete()
    _, token = get_token_model().objects.create(user=user)
    return token


def revoke_token(*, token: AuthToken) -> None:
    """End one token; a repeat changes nothing."""
    get_token_model().objects.filter(pk=token.pk).delete()


def revoke_by_id(*, user: User, token_id: str) -> None:
    """End the token of `user` that begins with `token_id`. Raises NotFound for unknown and others'."""
    known = len(token_id) == ApiToken.ID_LENGTH
    found = ApiToken.listed.usable_by(user).filter(token_key__startswith=token_id)
    if not known or not found.delete()[0]:
        raise NotFound("You have no such token.")


def revoke_all(*, user: User, keep: AuthToken | None = None) -> int:
    """End every token of `user`, except for `keep`; returns how many ended."""
    tokens = get_token_model().objects.filter(user=user)
    if keep is not None:
        tokens = tokens.exclude(pk=keep.pk)
    return tokens.delete()[0]


def forget_expired(*, now: datetime) -> int:
    """Remove tokens whose time is over; returns how many. They are refused before, too."""
    return get_token_model().objects.filter(expiry__lte=now).delete()[0]
