"""Programs that can use an account: the API tokens of a customer, and ending them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.access import signed_in
from customers.models import ApiToken
from customers.services import tokens

PER_PAGE = 20


@login_required
@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """Every program that can act for this customer, the newest first."""
    paginator = Paginator(ApiToken.listed.usable_by(signed_in(request)), PER_PAGE)
    number = request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number) <= paginator.num_pages:
        raise Http404
    return render(request, "customers/programs.html", {"page": paginator.page(int(number))})


@login_required
@require_POST
def end_program(request: HttpRequest, token_id: str) -> HttpResponse:
    """One program cannot use the account any more. Somebody else's is 404."""
    tokens.revoke_by_id(user=signed_in(request), token_id=token_id)
    messages.success(request, "That program can no longer use your account.")
    return redirect("customers:programs")


@login_required
@require_POST
def end_programs(request: HttpRequest) -> HttpResponse:
    """No program can use the account any more."""
    tokens.revoke_all(user=signed_in(request))
    messages.success(request, "No program can use your account any more.")
    return redirect("customers:programs")
