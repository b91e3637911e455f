"""How allauth treats this shop's people."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings

from catalog.models import StoreSettings
from customers import second_factor
from customers.models import User
from customers.services import emails, sessions, tokens
from customers.services.otp_secrets import new_code
from customers.tasks import send_account_email
from ecommerce.lib.background import after_commit

_WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class AccountAdapter(DefaultAccountAdapter):
    """Sends the shop's own emails in the background, and says errors in its words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Write to us if you think it should not be.",
        "cannot_remove_primary_email": "Choose another address as your main one before removing this one.",
        "duplicate_email": "This address is on your account already.",
        "email_password_mismatch": (
            "This email address and password do not belong together. Check both, or reset your password."
        ),
        "email_taken": (
            "There is an account with this email address. Sign in, or reset the password if you forgot it."
        ),
        "enter_current_password": "This is not your current password. Check it and enter it again.",
        "incorrect_code": "This code is not right. Enter the newest one we sent you.",
        "incorrect_password": "This is not your password. Check it and enter it again.",
        "invalid_login": "Enter your email address and password.",
        "invalid_or_expired_key": "This link was used before or is too old. Ask for a new one.",
        "invalid_password_reset": "This link was used before or is too old. Ask for a new one.",
        "max_email_addresses": "An account has at most %d email addresses. Remove one to add another.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "rate_limited": "Too many attempts. Wait a moment, then try again.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render one of allauth's emails and hand it to the background.

        Not waiting for the mail server also makes known and unknown addresses take the same
        time to answer.
        """
        context = {
            key: on_this_shop(value) if key.endswith("_url") and isinstance(value, str) else value
            for key, value in context.items()
        }
        shop = StoreSettings.current()
        known = {"site_url": settings.SITE_URL, "shop_name": shop.name, "contact_phone": shop.contact_phone}
        message = self.render_mail(template_prefix, email, {"email": email, **known, **context})
        html = message.alternatives[0][0] if getattr(message, "alternatives", None) else ""
        after_commit(send_account_email, message.subject, message.body, html, email)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """In the shop's words. A password is no second step: who still has to pass it is not offered it."""
        methods = super().get_reauthentication_methods(user)
        if second_factor.missing(self.request) is second_factor.Missing.STEP:
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        words = {method["id"]: method["description"] for method in methods} | _WAYS
        return [method | {"description": words[method["id"]]} for method in methods]

    def set_password(self, user: User, password: str) -> None:
        """A new password ends what the old one opened: API tokens and sessions in other browsers.

        On an account that nobody ever proved, it is the mailbox's reader who sets it; whatever else
        signs in there is a stranger's.
        """
        if not emails.is_proven(user):
            emails.shed(user)
        super().set_password(user, password)
        tokens.revoke_all(user=user)
        keep = self.request.session.session_key if self.request and self.request.user == user else None
        sessions.end_others(user=user, keep=keep)

    def get_login_stages(self) -> list[str]:
        """allauth's, with the shop's own idea of who has to prove an address."""
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [
            "customers.stages.VerifyEmailStage" if one == theirs else one
            for one in super().get_login_stages()
        ]

    def generate_email_verification_code(self) -> str:
        """Six digits like every code of the shop."""
        return new_code()


def on_this_shop(url: str) -> str:
    """The same page under SITE_URL: a link in an email never repeats a request's Host header."""
    parts = urlsplit(url)
    site = urlsplit(settings.SITE_URL)
    return urlunsplit((site.scheme, site.netloc, parts.path, parts.query, parts.fragment))
