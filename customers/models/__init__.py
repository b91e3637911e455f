"""People: users, their addresses, one-time codes and API tokens."""

from customers.models.address import Address, AddressQuerySet
from customers.models.code import OneTimeCode
from customers.models.token import ApiToken, ApiTokenQuerySet
from customers.models.user import User, UserManager
from customers.models.viewed import ViewedProducts
from customers.models.wishlist import Wishlist, WishlistItem

__all__ = [
    "Address",
    "AddressQuerySet",
    "ApiToken",
    "ApiTokenQuerySet",
    "OneTimeCode",
    "User",
    "UserManager",
    "ViewedProducts",
    "Wishlist",
    "WishlistItem",
]
