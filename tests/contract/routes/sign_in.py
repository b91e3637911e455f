"""Sign-in and tokens."""

from django.test import override_settings

from customers.services.tokens import issue_token
from tests.contract.tries import Try

_MOBILE = "+4915123456789"


def _sign_in(user):
    def both(stage):
        given = {"email": getattr(stage, user).email, "password": stage.password}
        return (
            Try(status=200, body=given),
            Try(status=401, body=given | {"password": "wrong"}, code="sign_in_refused"),
        )

    return both


def _by_code(stage):
    with override_settings(FIXED_ONE_TIME_CODE="1234"):
        stage.visit("/api/auth/customer/request-otp", {"mobile": _MOBILE})
    return (
        Try(status=200, body={"mobile": _MOBILE, "otp": "1234"}),
        Try(status=401, body={"mobile": _MOBILE, "otp": "999999"}, code="code_refused"),
    )


def _end(stage):
    issue_token(user=stage.customer)
    mine = {"authorization": f"Token {stage.tokens['customer']}"}
    listed = stage.visit("/api/auth/tokens", {}, method="get", **mine).json().get("results", [])
    path = {"token_id": next((one["token_id"] for one in listed if not one["current"]), "0")}
    return (
        Try(status=200, who="customer", path=path),
        Try(status=404, who="staff", path=path, code="not_found"),
    )


ROUTES = {
    "sign_in": _sign_in("customer"),
    "sign_in_staff": _sign_in("staff"),
    "token_validate": lambda stage: (
        Try(status=200, body={"token": stage.tokens["customer"]}),
        Try(status=401, body={"token": "lkajfdslj3os"}, code="invalid_token"),
    ),
    "sign_out": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
    "code_request": lambda stage: (
        Try(status=200, body={"mobile": _MOBILE}),
        Try(status=400, body={"mobile": "lkaj"}),
    ),
    "code_sign_in": _by_code,
    "me_retrieve": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
    "tokens_list": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=400, who="customer", query={"page_size": 0}, code="invalid"),
    ),
    "tokens_end_others": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
    "tokens_end": _end,
}
