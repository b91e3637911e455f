"""API tokens: random, kept as hashes, expiring (settings.REST_KNOX)."""

from django.utils import timezone
from knox.models import AuthToken, get_token_model

from customers.models import User


def issue_token(*, user: User) -> str:
    """Return a new token of `user`. It is shown this once; only its hash is kept."""
    get_token_model().objects.filter(user=user, expiry__lt=timezone.now()).delete()
    _, token = get_token_model().objects.create(user=user)
    return token


def revoke_token(*, token: AuthToken) -> None:
    """End one token; a repeat changes nothing."""
    get_token_model().objects.filter(pk=token.pk).delete()


def revoke_all(*, user: User) -> None:
    """End every token of `user`."""
    get_token_model().objects.filter(user=user).delete()
