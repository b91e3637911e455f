"""The contact page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from ecommerce.lib.caches import CacheDown
from ecommerce.lib.ratelimit import TooMany, client_address, count_try
from support.forms import ContactForm
from support.services.tickets import open_ticket

MESSAGES_PER_HOUR = 5


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Ask the shop something; `?order=` fills in the order number."""
    form = ContactForm(request.POST or None, initial=_known(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "support/contact.html", {"form": form}, status=400 if form.errors else 200)
    if form.is_bait_taken:
        return redirect("support:thanks")
    try:
        count_try("contact", client_address(request), limit=MESSAGES_PER_HOUR, seconds=3600)
    except (TooMany, CacheDown) as error:
        form.add_error(None, error.message)
        response = render(request, "support/contact.html", {"form": form}, status=error.http_status)
        response["Retry-After"] = str(error.data.get("retry_after", 5))
        return response
    open_ticket(customer=request.user if request.user.is_authenticated else None, **form.for_service())
    return redirect("support:thanks")


@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """What happens next; reloading it sends nothing again."""
    return render(request, "support/thanks.html")


def _known(request: HttpRequest) -> dict[str, Any]:
    """What the form need not ask: who is signed in, and the order they came from."""
    known = {"order_number": request.GET.get("order", "")[:20]}
    if request.user.is_authenticated:
        known |= {"name": request.user.name, "email": request.user.email or ""}
    return known
