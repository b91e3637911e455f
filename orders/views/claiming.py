"""Guests' orders come into an account: by a code sent to the address they were placed with."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.access import signed_in
from customers.code_forms import EmailForm
from customers.email_codes import send_code, waiting_for
from customers.forms import CodeForm
from customers.services import otp
from ecommerce.lib.errors import DomainError
from orders.services.claiming import claim_orders

KEY = "claim"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Enter the address; a code goes there whether anything was ordered with it or not."""
    form, status = EmailForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            send_code(request, KEY, to=form.cleaned_data["email"])
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.http_status
        else:
            return redirect("orders:claim_code")
    status = 400 if form.errors and status == 200 else status
    return render(request, "orders/claim.html", {"form": form}, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter the code: the orders of that address are the customer's from then on."""
    asked = waiting_for(request, KEY)
    if asked is None:
        return redirect("orders:claim")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            otp.redeem(to=asked["to"], code=form.cleaned_data["code"], binding=asked["binding"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            request.session.pop(KEY)
            count = claim_orders(customer=signed_in(request), email=asked["to"])
            messages.success(request, in_words(count, asked["to"]))
            return redirect("orders:history")
    context = {"form": form, "email": asked["to"]}
    return render(request, "orders/claim_code.html", context, status=400 if form.errors else 200)


def in_words(count: int, email: str) -> str:
    """What came into the account; said only to who has proven the address."""
    if count:
        return f"{count} order{'' if count == 1 else 's'} placed with {email} can now be found here."
    return f"There is no order with {email} that could be brought here."
