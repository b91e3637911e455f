"""Changes to what the shop knows about a customer."""

from django.db import IntegrityError, transaction

from customers.models import User
from ecommerce.lib.errors import DomainError


def change_profile(*, customer: User, name: str, phone: str) -> User:
    """Store the customer's name and phone (E.164, or "" for none).

    Raises DomainError `phone_taken` (field `phone`) when another account has that number.
    """
    customer.name = name
    customer.phone = phone or None
    try:
        with transaction.atomic():
            customer.save(update_fields=["name", "phone"])
    except IntegrityError as error:
        raise DomainError(
            "Another account uses this phone number. Leave it empty, or write to us.",
            code="phone_taken",
            field="phone",
        ) from error
    return customer
