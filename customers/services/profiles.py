"""Changes to what the shop knows about a customer."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from customers.models import User
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
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


@retrying_atomic
def unprove_contact(*, user: User, old_email: str) -> None:
    """Staff entered this person's email address or phone: what is new is not proven.

    The new address has to be confirmed, and the old one is told where the account went; a new
    number has to be proven by a code before it signs anybody in.
    """
    if not user.phone_is_confirmed and user.confirmed_phone:
        user.confirmed_phone = ""
        user.save(update_fields=["confirmed_phone"])
    if (user.email or "") == old_email.lower():
        return
    EmailAddress.objects.filter(user=user, primary=True).delete()
    if user.email:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": False, "primary": True}
        )
    if old_email:
        context = {"from_email": old_email, "to_email": user.email or "none"}
        get_adapter().send_notification_mail("account/email/email_changed", user, context, email=old_email)
