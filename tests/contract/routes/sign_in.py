"""Sign-in and tokens."""

from tests.contract.tries import Try


def _sign_in(user):
    def both(stage):
        given = {"email": getattr(stage, user).email, "password": stage.password}
        return (
            Try(status=200, body=given),
            Try(status=401, body=given | {"password": "wrong"}, code="sign_in_refused"),
        )

    return both


ROUTES = {
    "signin_create": _sign_in("customer"),
    "auth_admin_login_create": _sign_in("staff"),
    "auth_validate_create": lambda stage: (
        Try(status=200, body={"token": stage.tokens["customer"]}),
        Try(status=401, body={"token": "lkajfdslj3os"}, code="invalid_token"),
    ),
    "auth_logout_create": lambda stage: (
        Try(status=200, who="customer"),
        Try(status=401, code="not_authenticated"),
    ),
}
