"""People: users, their addresses, one-time codes, API tokens, consents and requests for their data."""

from customers.models.address import Address, AddressQuerySet
from customers.models.code import OneTimeCode
from customers.models.consent import Consent
from customers.models.personal_data import PersonalDataRequest
from customers.models.session_generation import SessionGeneration
from customers.models.token import ApiToken, ApiTokenQuerySet
from customers.models.user import User, UserManager
from customers.models.viewed import ViewedProducts
from customers.models.wishlist import Wishlist, WishlistItem

__all__ = [
    "Address",
    "AddressQuerySet",
    "ApiToken",
    "ApiTokenQuerySet",
    "Consent",
    "OneTimeCode",
    "PersonalDataRequest",
    "SessionGeneration",
    "User",
    "UserManager",
    "ViewedProducts",
    "Wishlist",
    "WishlistItem",
]
