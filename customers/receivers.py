"""What follows from allauth's own pages: a changed address ends other sessions."""

from typing import Any

from allauth.account import signals
from allauth.account.models import EmailAddress
from django.dispatch import receiver
from django.http import HttpRequest

from customers.models import User
from customers.services import emails, sessions


@receiver(signals.email_changed)
@receiver(signals.email_removed)
def end_other_sessions(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who came in by the old address stays out."""
    sessions.end_others(user=user, keep=request.session.session_key)


@receiver(signals.email_confirmed)
def end_sessions_of_before(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """A new address signs in from now on; other browsers have to know it."""
    sessions.end_others(user=email_address.user, keep=request.session.session_key)


@receiver(signals.password_reset)
def prove_address(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The link for a new password was read in the account's mailbox."""
    emails.prove_only_address(user)
