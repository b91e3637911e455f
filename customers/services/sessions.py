"""Ending the sessions of a person in browsers. `allauth.usersessions` writes down where they began."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings

from customers.models import User


def end_others(*, user: User, keep: str | None) -> int:
    """End every session of `user` but the one whose key is `keep`; returns how many ended.

    The sessions themselves go, not only their rows: a copied cookie opens nothing afterwards.
    """
    rows = list(UserSession.objects.filter(user=user).exclude(session_key=keep or ""))
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for row in rows:
        store.delete(row.session_key)
    UserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
