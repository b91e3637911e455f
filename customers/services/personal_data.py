"""What the account itself holds of a person: handed out, and erased."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from knox.models import AuthToken

from catalog.models import Product
from customers.models import (
    Address,
    Consent,
    OneTimeCode,
    PersonalDataRequest,
    User,
    ViewedProducts,
    Wishlist,
    WishlistItem,
)
from customers.services import tokens
from customers.services.sessions import end_others
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.personal_data import Person, erased_email

# Every model of which rows are handed out or erased below; a test compares it with all there are.
COVERS = frozenset(
    {
        "account.EmailAddress", "admin.LogEntry", "customers.Address", "customers.ApiToken",
        "customers.Consent", "customers.OneTimeCode", "customers.PersonalDataRequest", "customers.User",
        "customers.ViewedProducts", "customers.Wishlist", "customers.WishlistItem",
        "knox.AuthToken", "mfa.Authenticator", "socialaccount.SocialAccount", "usersessions.UserSession",
    }
)  # fmt: skip


def person_of(user: User) -> Person:
    """The account with the addresses and the number that are proven to be its owner's."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return Person(
        pk=user.pk,
        customer_id=str(user.customer_id),
        emails=frozenset(email.lower() for email in confirmed),
        phones=frozenset({user.confirmed_phone} if user.phone_is_confirmed else ()),
    )


def guest_of(email: str) -> Person:
    """Somebody without an account."""
    return Person(emails=frozenset({email.strip().lower()}))


def collect(person: Person) -> dict[str, Any]:
    """File name -> what goes into it: a dictionary, or rows one by one."""
    consents = Consent.objects.filter(person.owns())
    found: dict[str, Any] = {"consents": _rows(consents, _CONSENT)}
    user = User.objects.filter(pk=person.pk or 0).first()
    if user is None:
        return found
    return found | {
        "profile": _profile(user),
        "addresses": _addresses(user),
        "sessions": _rows(UserSession.objects.filter(user=user), _SESSION),
        "api_tokens": _rows(AuthToken.objects.filter(user=user), ("token_key", "created", "expiry")),
        "second_factors": _rows(
            Authenticator.objects.filter(user=user), ("type", "created_at", "last_used_at")
        ),
        "social_accounts": _rows(SocialAccount.objects.filter(user=user), _SOCIAL),
        "saved_things": _saved(user),
        "looked_at": _looked_at(user),
        "data_requests": _rows(PersonalDataRequest.objects.filter(customer=user), _REQUEST),
    }


_CONSENT = ("kind", "given", "wording", "version", "where", "address", "email", "at")
_SESSION = ("created_at", "ip", "user_agent")
_SOCIAL = ("provider", "uid", "date_joined", "last_login", "extra_data")
_REQUEST = ("kind", "status", "requested_at", "done_at")


def _profile(user: User) -> dict[str, Any]:
    emails = EmailAddress.objects.filter(user=user).order_by("pk")
    return {
        "customer_id": str(user.customer_id),
        "name": user.name,
        "email": user.email,
        "email_addresses": list(emails.values("email", "verified", "primary")),
        "phone": str(user.phone or ""),
        "phone_confirmed": user.phone_is_confirmed,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "roles": list(user.groups.values_list("name", flat=True)),
    }


def _addresses(user: User) -> Iterator[dict[str, Any]]:
    for address in Address.all_objects.filter(customer=user).order_by("pk").iterator(chunk_size=500):
        postal: PostalAddress = address.as_postal()
        yield postal.to_dict() | {"is_default": address.is_default, "deleted": address.is_deleted}


def _saved(user: User) -> Iterator[Any]:
    items = WishlistItem.objects.filter(wishlist__customer=user).order_by("pk")
    return iter(items.values("product__name", "variant__sku", "added_at").iterator(chunk_size=500))


def _looked_at(user: User) -> list[str]:
    """The names of the products, the newest first."""
    kept = ViewedProducts.objects.filter(customer=user).first()
    names = Product.all_objects.in_bulk(kept.product_ids) if kept else {}
    return [names[pk].name for pk in (kept.product_ids if kept else []) if pk in names]


def _rows(rows: Any, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    return iter(rows.order_by("pk").values(*fields).iterator(chunk_size=500))


def open_matters(person: Person) -> list[str]:
    """What has to be over before the account can go: staff give up their role first."""
    is_staff = User.objects.filter(pk=person.pk or 0, is_staff=True).exists()
    return ["This is an account of our staff. Somebody who may has to end that first."] if is_staff else []


def close(user: User) -> None:
    """Nobody and nothing can act for the account any more; repeating it changes nothing."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    tokens.revoke_all(user=user)
    end_others(user=user, keep=None)


def erase(person: Person, now: datetime) -> None:
    """Empty the account. Its row stays, closed, because orders and consents point to it.

    What was agreed to stays as proof, under a pseudonym (`erased_email`).
    """
    for email in sorted(person.emails):
        Consent.objects.filter(person.owns(), email=email).pseudonymise(erased_email(email))
        PersonalDataRequest.objects.filter(email__iexact=email).update(email=erased_email(email))
    OneTimeCode.objects.filter(recipient__in=sorted(person.emails | person.phones)).delete()
    user = User.objects.filter(pk=person.pk or 0).first()
    if user is None:
        return
    for email in set(Consent.objects.filter(customer=user).order_by().values_list("email", flat=True)):
        Consent.objects.filter(customer=user, email=email).pseudonymise(erased_email(email) if email else "")
    _empty(user)
    Address.all_objects.filter(customer=user).hard_delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    Wishlist.objects.filter(customer=user).delete()
    ViewedProducts.objects.filter(customer=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    close(user)


def _empty(user: User) -> None:
    user.email = user.phone = user.last_login = None
    user.name = user.confirmed_phone = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    # What staff did to the account stays on record, under the name that it has now.
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).update(object_repr=str(user))
