"""Staff reach nothing before their second step."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from customers.second_factor import Missing, SecondFactorRequired, missing, step_url
from ecommerce.lib.api import PROBLEM_TYPE, problem_body

# Where somebody wanted to go before a second step was set up; only ever a path of this shop.
WANTED = "second_factor_wanted"


class SecondFactorMiddleware:
    """Lead staff without a second factor to setting one up, and those who did not pass it to the step.

    Everything else is closed to them: pages, the staff site, and the API, which answers 403
    `second_factor_required`. What comes without a session is none of its business; tokens are
    checked where they are read (`customers.api.authentication`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path.startswith(_files()):
            return self.get_response(request)
        lacks = missing(request)
        if lacks is None:
            if WANTED in request.session and not request.path.startswith(_leads_out_of(Missing.FACTOR)):
                del request.session[WANTED]
        elif not request.path.startswith(_leads_out_of(lacks)):
            return _refusal(request, lacks)
        return self.get_response(request)


def _refusal(request: HttpRequest, lacks: Missing) -> HttpResponse:
    if request.path.startswith("/api"):
        error = SecondFactorRequired("Staff need a second step: sign in with it, or set one up, in the shop.")
        body = problem_body(http_status=error.http_status, detail=error.message, code=error.code)
        return JsonResponse(body, status=error.http_status, content_type=PROBLEM_TYPE)
    wanted = request.get_full_path() if request.method == "GET" else ""
    if lacks is Missing.FACTOR:
        if wanted:
            request.session[WANTED] = wanted
        return redirect("mfa_index")
    return redirect(step_url(request, wanted))


@cache
def _files() -> tuple[str, ...]:
    """Files that are the same for everybody."""
    return (settings.STATIC_URL, settings.MEDIA_URL)


@cache
def _leads_out_of(lacks: Missing) -> tuple[str, ...]:
    """Beginnings of the addresses that lead out of a state, and to nothing else."""
    step = ("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout")
    if lacks is Missing.STEP:
        return tuple(map(reverse, step))
    # An email address has to be confirmed before a second step can be set up.
    confirming = ("account_email", "account_email_verification_sent")
    password = ("account_change_password", "account_set_password", "account_reset_password")
    return tuple(map(reverse, (*step, "mfa_index", "account_reauthenticate", *confirming, *password)))
