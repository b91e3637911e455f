"""People: users, their addresses, one-time codes and API tokens."""

from customers.models.address import Address, AddressQuerySet
from customers.models.code import OneTimeCode
from customers.models.token import ApiToken, ApiTokenQuerySet
from customers.models.user import User, UserManager

__all__ = [
    "Address",
    "AddressQuerySet",
    "ApiToken",
    "ApiTokenQuerySet",
    "OneTimeCode",
    "User",
    "UserManager",
]
