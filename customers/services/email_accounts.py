"""Whose account an email address opens, once a code sent to it was entered.

Anybody can type an address into their details. Who reads its messages owns it: so an account is
found by an address that was proven, and one that only claims it gives it up, or is handed over with
everything that its former holder could come back with.
"""

from dataclasses import dataclass, replace

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction

from customers.models import User
from customers.services import otp, tokens
from customers.services.addresses import add_address
from customers.services.otp import CodeRefused
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.transactions import retrying_atomic


@dataclass(frozen=True)
class Entry:
    """Who comes in. `is_new`: the account was made just now; `password_ended`: see `customer_with`."""

    user: User
    is_new: bool = False
    password_ended: bool = False


def enter_by_code(
    *, email: str, code: str, binding: str, name: str = "", postal: PostalAddress | None = None
) -> Entry:
    """Use up the code sent to `email` and return its customer, a new one when there is none.

    Raises CodeRefused, the same whatever was wrong. `name` and `postal` are for a new account.
    """
    otp.redeem(to=email, code=code, binding=binding)
    entry = customer_with(email=email, name=name)
    if entry.is_new and postal is not None:
        add_address(customer=entry.user, postal=postal)
    return entry


@retrying_atomic
def customer_with(*, email: str, name: str = "") -> Entry:
    """The customer to whom this address, proven just now, belongs; a new one when it is nobody's.

    An account that never proved it and can be entered in another proven way loses it. One that has
    nothing else is handed over: its password and tokens end, because whoever chose them may be
    somebody else. Raises CodeRefused for staff, closed accounts and those with a second step, which
    a code would get round.
    """
    email = email.strip().lower()
    owner, claimant = _owner(email), None
    if owner is None:
        claimed = User.objects.select_for_update().filter(email=email)
        claimant = next((user for user in claimed if user.email == email), None)
    if claimant is not None:
        # Whoever was waited for may have proven it meanwhile, and claims it no longer.
        owner = _owner(email)
    if owner is not None:
        _require_open_to_codes(owner)
        return Entry(owner)
    if claimant is None:
        return _new_customer(email, name)
    _require_open_to_codes(claimant)
    if _has_another_way_in(claimant):
        _take_off(claimant, email)
        return _new_customer(email, name)
    return replace(_hand_over(claimant, email), is_new=False)


def _owner(email: str) -> User | None:
    """Who has proven the address."""
    rows = EmailAddress.objects.filter(email=email.lower(), verified=True)
    found = rows.values_list("user_id", flat=True).first()
    return User.objects.select_for_update().get(pk=found) if found else None


def _require_open_to_codes(user: User) -> None:
    if user.is_staff or user.is_superuser or not user.is_active or is_mfa_enabled(user):
        raise CodeRefused


def _has_another_way_in(user: User) -> bool:
    return (
        user.phone_is_confirmed
        or EmailAddress.objects.filter(user=user, verified=True).exists()
        or SocialAccount.objects.filter(user=user).exists()
    )


def _take_off(user: User, email: str) -> None:
    EmailAddress.objects.filter(user=user, email=email.lower()).delete()
    other = EmailAddress.objects.filter(user=user, verified=True).first()
    if other is not None:
        other.set_as_primary()  # writes the person's row as well
    else:
        User.objects.filter(pk=user.pk).update(email=None)


def _hand_over(user: User, email: str) -> Entry:
    """The reader of the address gets the account; what its former holder knew opens it no more."""
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    had_password = user.has_usable_password()
    user.set_unusable_password()  # ends all sessions, too
    user.save(update_fields=["password"])
    tokens.revoke_all(user=user)
    return Entry(user, password_ended=had_password)


def _new_customer(email: str, name: str) -> Entry:
    try:
        with transaction.atomic():
            # Typed into other accounts and never proven.
            EmailAddress.objects.filter(email=email.lower(), verified=False).delete()
            user = User.objects.create_user(email, name=name)
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            return Entry(user, is_new=True)
    except IntegrityError:  # a rival with the next code was faster
        owner = _owner(email)
        if owner is None:
            raise CodeRefused from None
        _require_open_to_codes(owner)
        return Entry(owner)
