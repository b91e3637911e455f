"""Forgetting what was looked at."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from catalog import viewed as cookie
from customers.models import User
from customers.services import viewed


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Empty the list of this browser, and of the account when somebody is signed in."""
    if isinstance(request.user, User):
        viewed.forget(customer=request.user)
    messages.success(request, "The list of what you looked at is empty.")
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    response = redirect(target if target and is_ours else "wishlist:page")
    cookie.write(response, [])
    return response
