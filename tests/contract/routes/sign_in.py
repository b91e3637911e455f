"""Sign-in and tokens."""

from django.utils import timezone

from customers.models import OneTimeCode
from customers.services import otp, otp_secrets
from customers.tests.factories import totp_code
from tests.contract.tries import Try

_PHONE = "+4915123456789"


def _sign_in(user, **more):
    def both(stage):
        given = {"email": getattr(stage, user).email, "password": stage.password}
        given |= {name: value() for name, value in more.items()}
        return (
            Try(status=200, body=given),
            Try(status=401, body=given | {"password": "wrong"}, code="sign_in_refused"),
        )

    return both


def _by_code(stage):
    OneTimeCode.objects.update_or_create(
        recipient=_PHONE,
        defaults={
            "code_hash": otp_secrets.hash_of(_PHONE, "402113"),
            "expires_at": timezone.now() + otp.LIFETIME,
            "hour_began_at": timezone.now(),
            "day_began_at": timezone.now(),
            "tries": 0,
        },
    )
    return (
        Try(status=200, body={"mobile": _PHONE, "otp": "402113"}),
        Try(status=401, body={"mobile": _PHONE, "otp": "402114"}, code="code_refused"),
    )


ROUTES = {
    "sign_in": _sign_in("customer"),
    "sign_in_staff": _sign_in("staff", otp=totp_code),
    "token_validate": lambda stage: (
        Try(status=200, body={"token": stage.tokens["customer"]}),
        Try(status=401, body={"token": "lkajfdslj3os"}, code="invalid_token"),
    ),
    "sign_out": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
    "code_request": lambda stage: (
        Try(status=200, body={"mobile": "0151 23456789"}),
        Try(status=400, body={"mobile": "12"}, code="invalid"),
    ),
    "code_sign_in": _by_code,
    "me_retrieve": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
    "tokens_list": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=400, who="customer", query={"page_size": "0"}, code="invalid"),
    ),
    "tokens_end": lambda stage: (
        Try(status=200, who="customer", path={"token_id": stage.tokens["customer"][:8]}),
        Try(status=404, who="customer", path={"token_id": stage.tokens["staff"][:8]}, code="not_found"),
    ),
    "tokens_end_others": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
}
