"""Proving that a phone number is one's own, with a code sent to it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from customers.access import signed_in
from customers.browser import binding_of
from customers.forms import CodeForm
from customers.services import otp
from ecommerce.lib.errors import DomainError
from ecommerce.lib.ratelimit import client_address, count_try

# Of one visitor: changing one's number again and again must not text the whole town.
CODES, SECONDS = 20, 600


@login_required
@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    """Text a code to the number in the customer's own details."""
    customer = signed_in(request)
    if not customer.phone or customer.phone_is_confirmed:
        return redirect("customers:profile")
    try:
        count_try("codes-page", client_address(request), limit=CODES, seconds=SECONDS)
        otp.request_code(to=str(customer.phone), binding=binding_of(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("customers:profile")
    return redirect("customers:phone")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Enter the code; from then on the number signs its owner in."""
    customer = signed_in(request)
    if not customer.phone or customer.phone_is_confirmed:
        return redirect("customers:profile")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            otp.confirm_phone(
                customer=customer,
                phone=str(customer.phone),
                code=form.cleaned_data["code"],
                binding=binding_of(request),
            )
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "Your phone number is confirmed.")
            return redirect("customers:profile")
    status = 400 if form.errors else 200
    return render(request, "customers/phone.html", {"form": form, "phone": customer.phone}, status=status)
