"""Everybody who may come to an address, and what an answer says to them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import Group
from django.db import connections
from django.test import Client

from customers.models import User
from customers.tests.factories import UserFactory
from ecommerce.access.rules import Rule, Who

ROLES = ("picker", "support", "merchandiser", "finance", "owner")
SHOPPERS = ("visitor", "stranger", "customer")
# One who works here and has no role: staff alone opens nothing.
EVERYBODY = (*SHOPPERS, "clerk", *ROLES)
_SIGN_INS = ("/account/login/", "/account/code/", "/account/email-code/", "/admin/login/")
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def person(who: str, *, customer: User) -> User | None:
    """Who comes: nobody, the customer whose things they are, another one, or somebody of the staff."""
    if who == "visitor":
        return None
    if who == "customer":
        return customer
    if who == "stranger":
        return UserFactory()
    staff = UserFactory(is_staff=True)
    if who != "clerk":
        staff.groups.add(Group.objects.get(name=who))
    return User.objects.get(pk=staff.pk)


def browser(user: User | None, **options: Any) -> Client:
    """A browser in which they signed in just now, second step included."""
    client = Client(raise_request_exception=False, **options)
    if user is not None:
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa", "at": time.time(), "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def outcome(response: Any) -> str:
    """What an answer comes to: "in", "sign in", "forbidden", "unknown", or "broken"."""
    status = response.status_code
    # Pages lead to the sign-in; allauth's page about a failed sign-in elsewhere has this status, too.
    is_api = response.request["PATH_INFO"].startswith("/api/")
    if (status == 401 and is_api) or (status == 302 and response["Location"].startswith(_SIGN_INS)):
        return "sign in"
    if status >= 500 and status != 503:
        return "broken"
    return {403: "forbidden", 404: "unknown", 405: "no such method"}.get(status, "in")


def allowed(rule: Rule, user: User | None, *, owns: bool, link: bool = False) -> bool:
    """Whether the rule lets them in."""
    match rule.who:
        case Who.ANYBODY | Who.LINK | Who.HOLDER | Who.SENDER | Who.OPERATOR:
            return True  # visitors of a test come from this machine
        case Who.NOBODY | Who.UNDERWAY:
            return False
        case Who.SIGNED_IN:
            return user is not None
        case Who.OWNER if (owns and user is not None) or (link and rule.link):
            return True
    works_here = user is not None and user.is_staff and (rule.who is Who.STAFF or bool(rule.needs))
    return works_here and user.has_perms(rule.needs)  # type: ignore[union-attr]


@contextmanager
def writes() -> Iterator[list[str]]:
    """What the block writes into the databases; a session of the visitor does not count."""
    seen: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(_WRITES) and "django_session" not in sql:
            seen.append(sql[:120])
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(look), connections["documents"].execute_wrapper(look):
        yield seen
