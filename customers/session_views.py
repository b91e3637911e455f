"""Where a customer is signed in, and ending it there."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.access import signed_in
from customers.services.open_sessions import end_one, open_sessions
from customers.services.sessions import end_others


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Every browser in which this customer is signed in, this one first."""
    found = open_sessions(signed_in(request), this=request.session.session_key)
    return render(request, "customers/sessions.html", {"sessions": found})


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out there; one's own session is left like by signing out. Somebody else's is 404."""
    customer, key = signed_in(request), request.session.session_key
    is_this = any(found.pk == session_id and found.is_this for found in open_sessions(customer, this=key))
    end_one(user=customer, session_id=session_id)
    if is_this:
        logout(request)
        return redirect("catalog:home")
    messages.success(request, "You are signed out there.")
    return redirect("customers:sessions")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Stay signed in here and nowhere else."""
    end_others(user=signed_in(request), keep=request.session.session_key)
    messages.success(request, "You are now signed in here only.")
    return redirect("customers:sessions")
