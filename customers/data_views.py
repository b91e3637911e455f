"""Your data: all of it in one file, or all of it erased. Each asks once more whether it is you."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.access import signed_in
from customers.forms import EraseForm
from customers.models import PersonalDataRequest
from customers.services import data_requests
from ecommerce.lib.errors import DomainError
from ecommerce.lib.files import send_private

_SHOWN = 10


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What was asked for, what can be fetched, and the ways to ask."""
    rows = list(PersonalDataRequest.objects.filter(customer=signed_in(request))[:_SHOWN])
    now = timezone.now()
    for row in rows:
        row.can_be_fetched = bool(row.status == row.Status.READY and row.expires_at and row.expires_at > now)  # type: ignore[attr-defined]
    return render(request, "customers/data.html", {"requests": rows})


@login_required
@require_POST
@reauthentication_required
def export(request: HttpRequest) -> HttpResponse:
    """Have everything put into one file; an email says when it is there."""
    try:
        data_requests.ask_for_export(customer=signed_in(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, "We are putting your data together. An email tells you when they are ready."
        )
    return redirect("customers:data")


@login_required
@require_safe
@reauthentication_required
def download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The file, for its owner, until its time is over; 404 for everybody else."""
    found = data_requests.own_file(customer=signed_in(request), public_id=public_id, now=timezone.now())
    name = f"my-data-{timezone.localtime(found.requested_at):%Y-%m-%d}.zip"
    return send_private(found.file_path, name=name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    """Say what goes, what stays and why; then ask for the erasure."""
    customer, form = signed_in(request), EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = data_requests.ask_for_erasure(customer=customer, requested_by=customer)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            customer.refresh_from_db()
            if not customer.is_active:
                logout(request)
            return redirect("customers:erasure", made.public_id)
    return render(request, "customers/erase.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@require_safe
def erasure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far an erasure is, for whoever holds its link: the account may be gone by then."""
    rows = PersonalDataRequest.objects.filter(kind=PersonalDataRequest.Kind.ERASE)
    found = get_object_or_404(rows, public_id=public_id)
    return render(request, "customers/erasure.html", {"erasure": found})


@login_required
@require_POST
def cancel_erasure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep the account after all. Somebody else's request is 404."""
    rows = PersonalDataRequest.objects.filter(
        kind=PersonalDataRequest.Kind.ERASE, customer=signed_in(request)
    )
    data_requests.cancel_erasure(request=get_object_or_404(rows, public_id=public_id))
    messages.success(request, "Nothing is erased. Your account stays as it is.")
    return redirect("customers:data")
