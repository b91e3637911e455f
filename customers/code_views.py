"""Signing in on pages with a mobile number and a code texted to it.

Three steps: the number, the code, and for somebody new a name. Whether anybody has the number shows
nowhere before its code was entered in the browser that asked for it.
"""

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from customers import phones
from customers.browser import binding_of
from customers.code_forms import MobileForm
from customers.forms import CodeForm
from customers.models import User
from customers.next_page import safe, wanted, with_next
from customers.services import otp
from ecommerce.lib.errors import DomainError
from ecommerce.lib.ratelimit import TooMany, client_address, count_try

# Of one visitor: neither texting the whole town nor trying its codes.
CODES, TRIES, SECONDS = 20, 60, 600
_NUMBER, _NEXT = "code_phone", "code_next"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Which number? Then a code is on its way to it, whoever has it."""
    if request.user.is_authenticated:
        return redirect(wanted(request) or settings.LOGIN_REDIRECT_URL)
    form = MobileForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _sent(request, form.cleaned_data["phone"], wanted(request))
            except DomainError as error:
                form.add_error("phone", error.message)
                status = error.http_status
    return render(request, "customers/code.html", {"form": form, "next": wanted(request)}, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The code; the right one signs in, and makes an account for a number that is new."""
    phone = request.session.get(_NUMBER)
    if request.user.is_authenticated or not phone:
        return redirect("customers:code")
    form, status = CodeForm(request.POST or None), 400
    if request.method == "POST" and form.is_valid():
        try:
            count_try("code-tries", client_address(request), limit=TRIES, seconds=SECONDS)
            user = otp.sign_in_by_code(
                phone=phone, code=form.cleaned_data["code"], binding=binding_of(request)
            )
        except DomainError as error:
            form.add_error("code", error.message)
            status = 503 if error.http_status == 503 else 400
        else:
            return _signed_in(request, user, phone)
    left = otp.codes_left(to=phone)
    context = {"form": form, "phone": phones.international(phone), "left": left, "again": left > 0}
    context |= {"demo_code": settings.DEMO_MODE and settings.FIXED_ONE_TIME_CODE}
    context |= {"next": request.session.get(_NEXT, "")}
    return render(request, "customers/code_enter.html", context, status=status if form.errors else 200)


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """A new code to the same number; the older one stops working."""
    phone = request.session.get(_NUMBER)
    if request.user.is_authenticated or not phone:
        return redirect("customers:code")
    try:
        answer = _sent(request, phone, request.session.get(_NEXT, ""))
    except TooMany as error:
        messages.error(request, error.message)
        return redirect("customers:code_enter")
    messages.success(request, "A new code is on its way. Only the newest one works.")
    return answer


def _sent(request: HttpRequest, phone: str, target: str) -> HttpResponse:
    """Send a code, remember whom this browser asked for, and go on to where it is entered."""
    count_try("codes-page", client_address(request), limit=CODES, seconds=SECONDS)
    otp.request_code(to=phone, binding=binding_of(request))
    request.session[_NUMBER], request.session[_NEXT] = phone, target
    return redirect("customers:code_enter")


def _signed_in(request: HttpRequest, user: User, phone: str) -> HttpResponse:
    """allauth's own sign-in: a new session key, its signals, its words."""
    target = safe(request.session.pop(_NEXT, ""))
    request.session.pop(_NUMBER, None)
    is_new = user.last_login is None and not user.name
    record_authentication(request, user, method="code", phone=phone)
    return perform_login(
        request,
        user,
        # The number is proven; an address that may be on the account is not what was used.
        email_verification=EmailVerificationMethod.NONE,
        redirect_url=with_next("customers:welcome", target)
        if is_new
        else target or reverse(settings.LOGIN_REDIRECT_URL),
    )
