"""Whose email address is it? Who reads its messages, which a code or a provider proves.

Anybody can type an address at sign-up. Until it is proven it signs nobody in and belongs to nobody:
whoever proves it takes it, and whatever was put on the account in the meantime is worth nothing.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from customers.models import User
from customers.services import tokens
from ecommerce.lib.transactions import retrying_atomic


def owner_of(email: str) -> User | None:
    """Who has proven this address, closed accounts included."""
    found = EmailAddress.objects.filter(email=email.lower(), verified=True).select_related("user").first()
    return found.user if found else None


def is_proven(user: User) -> bool:
    """Whether somebody showed that a number or an address of this account is theirs."""
    return user.phone_is_confirmed or EmailAddress.objects.filter(user=user, verified=True).exists()


@retrying_atomic
def take_off_others(*, email: str, owner: User | None) -> None:
    """Accounts that only typed the address lose it to who has proven it: `owner`, or somebody new.

    Staff keep theirs: the shop gave it to them.
    """
    rows = EmailAddress.objects.filter(email=email.lower())
    claims = rows.filter(verified=False, user__is_staff=False, user__is_superuser=False)
    names = User.objects.filter(email=email.lower(), is_staff=False, is_superuser=False)
    names = names.exclude(pk__in=list(rows.filter(verified=True).values_list("user_id", flat=True)))
    if owner is not None:
        claims, names = claims.exclude(user=owner), names.exclude(pk=owner.pk)
    claims.delete()
    names.update(email=None)


@retrying_atomic
def shed(user: User) -> None:
    """Take off an account nobody ever proved what a stranger may have put on it: other ways to sign in.

    Called when its real owner arrives by a link to the mailbox. Sessions and the password are the
    caller's to end.
    """
    SocialAccount.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    tokens.revoke_all(user=user)
    if user.phone and not user.phone_is_confirmed:
        User.objects.filter(pk=user.pk).update(phone=None)


@retrying_atomic
def prove_only_address(user: User) -> None:
    """A link that was sent to the account's one address came back: the address is proven."""
    addresses = list(EmailAddress.objects.select_for_update().filter(user=user)[:2])
    if not addresses and user.email:
        addresses = [EmailAddress(user=user, email=user.email)]
    if len(addresses) != 1 or not addresses[0].can_set_verified():
        return
    take_off_others(email=addresses[0].email, owner=user)
    addresses[0].verified = addresses[0].primary = True
    addresses[0].save()
