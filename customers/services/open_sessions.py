"""Where somebody is signed in: the list that they and staff see, and ending one of it."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from customers.devices import device_in_words
from customers.models import User
from ecommerce.lib.errors import NotFound
from ecommerce.lib.visitors import shortened


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """One place where somebody is signed in, in words. `is_this` is the one that asks."""

    pk: int
    device: str
    address: str
    since: datetime
    is_this: bool


def open_sessions(user: User, *, this: str | None = None) -> list[OpenSession]:
    """The sessions of `user` that still work, the one with key `this` first, then the newest. Two queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-created_at", "-pk"))
    working = set(
        # Sessions stand in the database even where a cache answers for them.
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    found = [
        OpenSession(
            pk=row.pk,
            device=device_in_words(row.user_agent),
            address=shortened(row.ip),
            since=row.created_at,
            is_this=row.session_key == this,
        )
        for row in rows
        if row.session_key in working
    ]
    return sorted(found, key=lambda session: not session.is_this)


def end_one(*, user: User, session_id: int) -> None:
    """End one session of `user` at once. Raises NotFound for an unknown one and for other people's."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        raise NotFound("You are not signed in there.")
    import_module(settings.SESSION_ENGINE).SessionStore().delete(row.session_key)
    UserSession.objects.filter(pk=row.pk).delete()


def forget_ended(*, now: datetime) -> int:
    """Remove sessions whose time is over, and what was written down of ended ones; returns how many."""
    expired = Session.objects.filter(expire_date__lte=now).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return expired
