"""What somebody who is new by mobile is asked once, and can skip."""

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from customers.access import signed_in
from customers.code_forms import WelcomeForm
from customers.next_page import wanted, with_next
from customers.services import profiles


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """A name, and an email address that counts once the code sent to it was entered."""
    customer = signed_in(request)
    target = wanted(request) or reverse(settings.LOGIN_REDIRECT_URL)
    form = WelcomeForm(request.POST or None, initial={"name": customer.name})
    if customer.email:
        del form.fields["email"]
    if request.method == "POST" and form.is_valid():
        profiles.change_profile(
            customer=customer, name=form.cleaned_data["name"], phone=str(customer.phone or "")
        )
        email = form.cleaned_data.get("email", "")
        return _prove(request, email.lower(), target) if email else redirect(target)
    status = 400 if form.errors else 200
    return render(request, "customers/welcome.html", {"form": form, "next": target}, status=status)


def _prove(request: HttpRequest, email: str, target: str) -> HttpResponse:
    try:
        EmailVerificationProcess.initiate(request=request, user=signed_in(request), email=email)
    except ImmediateHttpResponse as limited:
        return limited.response
    return redirect(with_next("account_email_verification_sent", target))
