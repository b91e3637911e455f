"""An order for whoever holds its link, or knows both its number and its email address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ecommerce.lib.caches import CacheDown
from ecommerce.lib.ratelimit import TooMany, client_address, count_try
from orders.access import order_for_token
from orders.forms.tracking import TrackForm
from orders.models import Order

NOT_FOUND = "We found no order with this number and email address. Check both and try again."
TOO_MANY = "Too many tries. Please wait a few minutes, then try again, or write to us."


@never_cache
@require_GET
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "orders/confirmation.html", order_context(order_for_token(token)))


@never_cache
@require_GET
def track(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "orders/track.html", order_context(order_for_token(token)))


@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Number and email; the same answer whether the number or the address is wrong."""
    form = TrackForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    if request.method != "POST":
        return render(request, "orders/track_lookup.html", {"form": form})
    try:
        count_try("track", client_address(request), limit=20, seconds=600)
    except TooMany:
        form.add_error(None, TOO_MANY)
        return render(request, "orders/track_lookup.html", {"form": form}, status=429)
    except CacheDown as error:
        form.add_error(None, error.message)
        return render(request, "orders/track_lookup.html", {"form": form}, status=error.http_status)
    if form.is_valid():
        number, email = form.cleaned_data["number"], form.cleaned_data["email"]
        if found := Order.objects.filter(number=number, email_key=email.lower()).first():
            return redirect(found)
        form.add_error(None, NOT_FOUND)
    return render(request, "orders/track_lookup.html", {"form": form}, status=400)


def order_context(order: Order) -> dict[str, object]:
    """Everything the order's pages show, in a fixed number of queries."""
    return {
        "order": order,
        "lines": list(order.lines.select_related("product")),
        "events": [event for event in order.events.all() if event.is_public],
        "shipments": list(order.shipments.prefetch_related("lines__line")),
    }
