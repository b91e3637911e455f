"""allauth's form pages, answering 400 instead of 200 when a form comes back with errors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from customers.next_page import wanted, with_next


def telling_errors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a page that shows a form with errors the status 400; its content stays the same."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and form is not None and form.errors:
            response.status_code = 400
        return response

    return wrapper


@never_cache
def email_code(request: HttpRequest) -> HttpResponse:
    """Enter the code that was sent to an address; the demo shows its own."""
    response = _email_code(request)
    context = getattr(response, "context_data", None)
    if context is not None:
        context["demo_code"] = settings.DEMO_MODE and settings.FIXED_ONE_TIME_CODE
    return response


@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    """Give up proving an address, which was mistyped or has an account already; the basket stays."""
    clear_login(request)
    request.session.pop(EMAIL_VERIFICATION_CODE_SESSION_KEY, None)
    return redirect(with_next("account_login", wanted(request)))


_email_code = telling_errors(views.email_verification_sent)
login = telling_errors(views.login)
signup = telling_errors(views.signup)
email = telling_errors(views.email)
password_change = telling_errors(views.password_change)
password_set = telling_errors(views.password_set)
password_reset = telling_errors(views.password_reset)
password_reset_from_key = telling_errors(views.password_reset_from_key)
reauthenticate = telling_errors(views.reauthenticate)
