"""The second step of staff: who has one, which sessions passed it, and what the others may still do.

Whoever is staff or a superuser reaches nothing with a password alone. The rule asks the person and
the session, never the way in, so it holds for every way of signing in there is and will be.
docs/sign-in.md has the table.
"""

from enum import Enum
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from customers.models import User
from ecommerce.lib.errors import DomainError

# Recovery codes stand in for one of these, and are none themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_KNOWN = "knows_second_factor"


class SecondFactorRequired(DomainError):
    """Staff, with a session that did not pass a second step."""

    code = "second_factor_required"
    http_status = 403


class Missing(Enum):
    """What a session of staff still lacks."""

    FACTOR = "set one up"
    STEP = "pass it"


def with_second_factor(people: QuerySet[User]) -> QuerySet[User]:
    """The same people, each knowing already whether they have a second factor."""
    factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)
    return people.annotate(**{_KNOWN: Exists(factors)})


def has_second_factor(user: User) -> bool:
    """Whether `user` has an authenticator app or a passkey."""
    known = getattr(user, _KNOWN, None)
    if known is None:
        known = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()
    return bool(known)


def must_have_one(user: User | AnonymousUser) -> bool:
    """Whether this is staff, and not the demo's published account."""
    if not isinstance(user, User) or not (user.is_staff or user.is_superuser):
        return False
    return not user.email or user.email not in settings.SECOND_FACTOR_EXEMPT


def may_act(user: User) -> bool:
    """Whether `user` may have tokens: staff only with a second factor, which got them the token."""
    return not must_have_one(user) or has_second_factor(user)


def session_passed(request: HttpRequest) -> bool:
    """Whether whoever is signed in passed a second step, or set it up, in this very session."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def missing(request: HttpRequest) -> Missing | None:
    """What whoever asks has to do before anything else; None for everybody else."""
    user = request.user
    if not isinstance(user, User) or not must_have_one(user):
        return None
    if not has_second_factor(user):
        return Missing.FACTOR
    return None if session_passed(request) else Missing.STEP


def step_url(request: HttpRequest, wanted: str) -> str:
    """The page where a session passes the second step, and goes on to `wanted` from there."""
    first = get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]
    return f"{first}?{urlencode({'next': wanted})}" if wanted else first


def remember_set_up(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **more: Any
) -> None:
    """Receiver of `authenticator_added`: the session in which a factor was set up has passed it.

    A session that only knows the password adds nothing to a factor that is there: it is led to the
    second step before it can reach the page (`SecondFactorMiddleware`).
    """
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
