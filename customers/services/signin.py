"""Sign-in by password for programs, under the same limits as the sign-in page."""

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError

from customers.models import User
from customers.second_factor import may_act
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

    An account with a second factor also needs its code in `otp`, and staff must have one. Raises
    SignInRefused, whose words and code are the same whatever was wrong, and TooManyAttempts.
    """
    adapter = get_adapter()
    given = {"email": email, "password": password}
    try:
        user = adapter.authenticate(adapter.request, **given)
        if user is not None and not _may_enter(user, otp, staff_only):
            _answer_as_if_wrong(given)
            user = None
    except ValidationError as error:
        raise TooManyAttempts(
            "Too many attempts. Wait five minutes, then try again.", data={"retry_after": WAIT_SECONDS}
        ) from error
    if user is None:
        raise SignInRefused("Email, password or one-time code are not right.")
    return user


def _may_enter(user: User, otp: str, staff_only: bool) -> bool:
    # allauth's backend also finds closed accounts; its pages refuse them later.
    if not user.is_active or (staff_only and not user.is_staff) or not may_act(user):
        return False
    if not is_mfa_enabled(user):
        return True
    form = AuthenticateForm({"code": otp}, user=user)
    if form.has_error("code", "too_many_login_attempts"):
        raise ValidationError("too many attempts")
    return form.is_valid()


def _answer_as_if_wrong(given: dict[str, str]) -> None:
    """Do what a wrong password costs, or a right one without its second factor would be told apart.

    Either is hashed once; and a wrong one counts against the limit of tries.
    """
    adapter = get_adapter()
    adapter.pre_authenticate(adapter.request, **given)
