"""Coming by Facebook or Google: there and back, and proving an address on the way in."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount import views as allauth_views
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.internal.flows.signup import clear_pending_signup, get_pending_signup
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.facebook import views as facebook
from allauth.socialaccount.providers.google import views as google
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from customers.account_views import telling_errors
from customers.browser import binding_of
from customers.code_views import CODES, SECONDS, TRIES
from customers.forms import CodeForm
from customers.services import otp
from customers.social_forms import AddressForm
from ecommerce.lib.errors import DomainError
from ecommerce.lib.ratelimit import client_address, count_try

_STARTS = {"facebook": facebook.oauth2_login, "google": google.oauth2_login}
_CALLBACKS = {"facebook": facebook.oauth2_callback, "google": google.oauth2_callback}
_EMAIL = "social_email"

connections = telling_errors(allauth_views.connections)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, provider: str) -> HttpResponse:
    """Off to the provider; a GET only asks whether to. Nobody else's link asks for more rights."""
    _configured(request, provider)
    kept = request.GET.copy()
    for name in set(kept) - {"next", "process"}:
        del kept[name]
    request.GET = kept  # type: ignore[assignment]
    return _STARTS[provider](request)


@never_cache
@require_GET
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider. An answer that makes no sense is said like any other failure, and so is
    a rival sign-up with the same address in the same moment: the next try finds its account."""
    _configured(request, provider)
    try:
        return _CALLBACKS[provider](request)
    except (KeyError, TypeError, AttributeError, ValueError, IntegrityError):
        return render(request, "socialaccount/authentication_error.html", status=401)


def no_tokens(request: HttpRequest) -> HttpResponse:
    """The providers' scripts hand tokens over here; this shop's pages have no such scripts."""
    raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """The provider vouches for no address: which one is theirs?"""
    pending = _pending(request)
    if pending is None:
        return redirect("account_login")
    named = next((one.email for one in pending.email_addresses), "")
    form = AddressForm(request.POST or None, initial={"email": named})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _sent(request, form.cleaned_data["email"].lower())
            except DomainError as error:
                form.add_error("email", error.message)
                status = error.http_status
    context = {"form": form, "provider": pending.provider}
    return render(request, "socialaccount/signup.html", context, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code; then the account with this address is linked and opened, or a new one made."""
    pending, email = _pending(request), request.session.get(_EMAIL)
    if pending is None or not email:
        return redirect("socialaccount_signup" if pending else "account_login")
    form = CodeForm(request.POST or None)
    if request.POST.get("action") == "resend":
        return _again(request, email)
    if request.method == "POST" and form.is_valid():
        try:
            count_try("code-tries", client_address(request), limit=TRIES, seconds=SECONDS)
            otp.redeem(to=email, code=form.cleaned_data["code"], binding=binding_of(request))
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            return _proven(request, pending, email)
    context: dict[str, Any] = {"form": form, "email": email, "left": otp.codes_left(to=email)}
    context |= {"demo_code": settings.DEMO_MODE and settings.FIXED_ONE_TIME_CODE}
    return render(request, "socialaccount/signup_code.html", context, status=400 if form.errors else 200)


def _pending(request: HttpRequest) -> SocialLogin | None:
    return None if request.user.is_authenticated else get_pending_signup(request)


def _sent(request: HttpRequest, email: str) -> HttpResponse:
    count_try("codes-page", client_address(request), limit=CODES, seconds=SECONDS)
    otp.request_code(to=email, binding=binding_of(request))
    request.session[_EMAIL] = email
    return redirect("customers:social_code")


def _again(request: HttpRequest, email: str) -> HttpResponse:
    try:
        answer = _sent(request, email)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("customers:social_code")
    messages.success(request, "A new code is on its way. Only the newest one works.")
    return answer


def _proven(request: HttpRequest, pending: SocialLogin, email: str) -> HttpResponse:
    """From here on it is as if the provider had vouched for the address."""
    clear_pending_signup(request)
    del request.session[_EMAIL]
    pending.email_addresses = [EmailAddress(email=email, verified=True, primary=True)]
    if pending.user:
        pending.user.email = email
    return complete_login(request, pending)


def _configured(request: HttpRequest, provider: str) -> None:
    if not get_adapter().list_apps(request, provider=provider):
        raise Http404
