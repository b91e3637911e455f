"""Whose account is it when somebody comes by Facebook or Google? docs/sign-in.md has the table.

One person, one account, found by an address that is proven on both sides: by the provider, or by a
code sent to it, and on the account. An address that the provider only names proves nothing.
"""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from customers.models import User
from customers.services import emails

STAFF = "Staff sign in with their email address, their password and a second step."
TAKEN = "There is an account with this email address, and it does not open this way. Sign in by email."


def proven_email(sociallogin: SocialLogin) -> str:
    """The address that the provider, or a code of ours, says is theirs; otherwise ""."""
    return next((one.email.lower() for one in sociallogin.email_addresses if one.verified), "")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Links accounts by proven addresses only, keeps no token, and knows providers by settings alone."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "connected_other": "This account belongs to somebody else's account here.",
    }

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Secrets come from the environment, never from the database."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Keep the name and the address; what else the provider told is not the shop's business."""
        user = sociallogin.user
        given = sociallogin.account.extra_data
        parts = (data.get("first_name"), data.get("last_name"))
        name = given.get("name") or " ".join(filter(None, parts))
        user.name = str(name)[:120]
        user.email = proven_email(sociallogin) or None
        sociallogin.account.extra_data = {key: given[key] for key in ("name", "email") if given.get(key)}
        return user

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The customer who has proven the same address. Staff accounts are never found."""
        email = proven_email(sociallogin)
        owner = emails.owner_of(email) if email else None
        if owner is None or not owner.is_active or _is_staff(owner):
            return None
        return owner, email

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse staff, and free a proven address from accounts that only typed it."""
        sociallogin.token = None
        connecting = sociallogin.state.get("process") == AuthProcess.CONNECT
        if _is_staff(request.user if connecting else sociallogin.user):
            raise _refused(request, STAFF)
        email = proven_email(sociallogin)
        if connecting or sociallogin.is_existing or not email:
            return
        emails.take_off_others(email=email, owner=None)
        if emails.owner_of(email) or User.objects.filter(email=email.lower()).exists():
            raise _refused(request, TAKEN)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Without a proven address the shopper proves one first; no account is made before that."""
        return bool(proven_email(sociallogin))


def _is_staff(user: Any) -> bool:
    return bool(user) and bool(user.is_staff or user.is_superuser)


def _refused(request: HttpRequest, words: str) -> ImmediateHttpResponse:
    messages.error(request, words)
    signed_in = request.user.is_authenticated
    return ImmediateHttpResponse(redirect("socialaccount_connections" if signed_in else "account_login"))
