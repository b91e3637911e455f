"""Signing in with a code sent by email: for accounts without a password, and for who forgot it.

The answers are the same for every address: a code goes to each that asks, and an address that is
new becomes a customer when its code is entered, as a mobile number does.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.code_forms import EmailForm
from customers.email_codes import send_code, waiting_for
from customers.entering import sign_in
from customers.forms import CodeForm
from customers.services.email_accounts import enter_by_code
from ecommerce.lib.errors import DomainError

KEY = "email-code"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Enter an email address; a code goes there."""
    if request.user.is_authenticated:
        return redirect("customers:account")
    form = EmailForm(request.POST or None)
    target = request.POST.get("next") or request.GET.get("next", "")
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            send_code(request, KEY, to=form.cleaned_data["email"], next=target)
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.http_status
        else:
            return redirect("customers:email_code_enter")
    context = {"form": form, "next": target}
    status = 400 if form.errors and status == 200 else status
    return render(request, "customers/email_code.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter the code, in the browser that asked for it; then its reader is signed in."""
    if request.user.is_authenticated:
        return redirect("customers:account")
    asked = waiting_for(request, KEY)
    if asked is None:
        return redirect("customers:email_code")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entry = enter_by_code(email=asked["to"], code=form.cleaned_data["code"], binding=asked["binding"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            request.session.pop(KEY)
            sign_in(request, entry, email=asked["to"])
            return _onward(request, asked.get("next", ""))
    context = {"form": form, "email": asked["to"], "next": asked.get("next", "")}
    return render(request, "customers/email_code_enter.html", context, status=400 if form.errors else 200)


def _onward(request: HttpRequest, target: str) -> HttpResponse:
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return redirect(target)
    return redirect("customers:account")
