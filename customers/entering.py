"""Signing somebody in who has just proven an email address by a code."""

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest

from customers.services.email_accounts import Entry


def sign_in(request: HttpRequest, entry: Entry, *, email: str) -> None:
    """Begin a session with a new key. `request.proven_email`: what is the address's comes along."""
    request.proven_email = email  # type: ignore[attr-defined]
    login(request, entry.user)
    record_authentication(request, entry.user, method="code", email=email)
    if entry.password_ended:
        messages.warning(
            request,
            "Your address had never been confirmed, so the old password of your account no longer works. "
            "Set a new one under Password, or go on signing in with codes.",
        )
