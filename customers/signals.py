"""Sign-in brings along what a guest has saved and looked at; sign-out leaves nothing behind."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from catalog import viewed as cookie
from customers.models import User, Wishlist
from customers.services import viewed, wishlists
from customers.wishlist_access import SAVED_KEY, TOKEN_KEY, remember


@receiver(user_logged_in)
def take_wishlist_along(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Merge the list of the session into the customer's; a token for another's list does nothing."""
    session = getattr(request, "session", None)
    if request is None or session is None:
        return
    session.pop(SAVED_KEY, None)
    token = session.pop(TOKEN_KEY, None)
    guest = Wishlist.objects.filter(token=token, customer=None).first() if token else None
    if guest is not None:
        remember(request, wishlists.merge_wishlists(guest=guest, customer=user))


@receiver(user_logged_in)
def take_viewed_along(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """What the browser looked at goes in front of what the account remembers; the browser gets both."""
    if request is not None:
        ids = viewed.keep(customer=user, ids=cookie.ids_of(request))
        request.viewed_from_now_on = ids  # type: ignore[attr-defined]


@receiver(user_logged_out)
def leave_nothing_behind(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """The account keeps the list, the browser does not: its next visitor sees nothing."""
    if request is not None and isinstance(user, User):
        viewed.keep(customer=user, ids=cookie.ids_of(request))
        request.viewed_from_now_on = []  # type: ignore[attr-defined]
