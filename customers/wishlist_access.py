"""Whose wishlist a visitor gets, and which hearts are filled. Every view and tag goes through here."""

from django.http import Http404, HttpRequest

from customers.models import User, Wishlist
from customers.services import wishlists

TOKEN_KEY = "wishlist"
# A guest's saved products, so that the hearts of a page cost no query.
SAVED_KEY = "saved"


def find_wishlist(request: HttpRequest) -> Wishlist | None:
    """The visitor's list, or None before the first save. Writes nothing and opens no session.

    A token whose list belongs to a customer finds nothing: only that customer gets it.
    """
    if isinstance(request.user, User):
        return Wishlist.objects.filter(customer=request.user).first()
    token = request.session.get(TOKEN_KEY)
    return Wishlist.objects.filter(token=token, customer=None).first() if token else None


def saved_ids(request: HttpRequest) -> frozenset[int]:
    """The products that the visitor has saved, without a query of its own."""
    user = request.user
    return frozenset(user.saved_products if isinstance(user, User) else request.session.get(SAVED_KEY, ()))


def remember(request: HttpRequest, wishlist: Wishlist) -> None:
    """After a write: have this visitor find the list again, and its hearts filled."""
    ids = wishlists.product_ids_of(wishlist)
    if isinstance(request.user, User):
        request.user.saved_products = ids
    else:
        request.session[TOKEN_KEY] = wishlist.token
        request.session[SAVED_KEY] = ids


def shared_wishlist(token: str) -> Wishlist:
    """The list whose link the visitor holds. Raises Http404 when nobody shares it (any more)."""
    found = Wishlist.objects.filter(share_token=token).first()
    if found is None:
        raise Http404
    return found
