"""Sign-in by password for programs, under the same limits as the sign-in page."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError

from customers.models import User
from ecommerce.lib.errors import DomainError

WAIT_SECONDS = 300


class SignInRefused(DomainError):
    """Wrong email, wrong password, closed account, missing role: one answer for all."""

    code = "sign_in_refused"
    http_status = 401


class TooManyAttempts(DomainError):
    """The address or the account was tried too often; `data["retry_after"]` is in seconds."""

    code = "too_many_attempts"
    http_status = 429


def check_credentials(*, email: str, password: str, otp: str = "", staff_only: bool = False) -> User:
    """Return whoever has this email and password.

    An account with a second factor also needs its code in `otp`. Raises SignInRefused, whose
    words and code are the same whatever was wrong, and TooManyAttempts.
    """
    adapter = get_adapter()
    try:
        user = adapter.authenticate(adapter.request, email=email, password=password)
        # allauth's backend also finds closed accounts; its pages refuse them later.
        if user is None or not user.is_active or (staff_only and not user.is_staff):
            raise _refusal()
        if is_mfa_enabled(user):
            _check_code(user, otp)
    except ValidationError as error:
        raise TooManyAttempts(
            "Too many attempts. Wait five minutes, then try again.", data={"retry_after": WAIT_SECONDS}
        ) from error
    return user


def _check_code(user: User, otp: str) -> None:
    form = AuthenticateForm({"code": otp}, user=user)
    if form.is_valid():
        return
    if form.has_error("code", "too_many_login_attempts"):
        raise ValidationError("too many attempts")
    raise _refusal()


def _refusal() -> SignInRefused:
    return SignInRefused("Email, password or one-time code are not right.")
