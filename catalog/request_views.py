""" "Email me when it is back": the form of a sold-out thing, and the link that ends the wish."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Product, StockRequest, Variant
from catalog.request_forms import StockRequestForm
from catalog.services import stock_requests
from ecommerce.lib.errors import DomainError
from ecommerce.lib.ratelimit import client_address, count_try

REQUESTS_PER_HOUR = 20


@require_POST
def notify(request: HttpRequest, slug: str) -> HttpResponse:
    """Note the wish. Whoever asks gets the same answer, whether the address is known or not."""
    variant = get_object_or_404(
        Variant.objects.live().select_related("product"),
        product__in=Product.objects.published().filter(slug=slug),
        sku=request.POST.get("variant", "")[:64],
    )
    form = StockRequestForm(request.POST)
    if not form.is_valid():
        return _show(request, variant, form, 400)
    try:
        count_try("notify", client_address(request), limit=REQUESTS_PER_HOUR, seconds=3600)
        stock_requests.ask(variant=variant, email=form.cleaned_data["email"])
    except DomainError as error:
        form.add_error(None, error.message)
        return _show(request, variant, form, error.http_status)
    messages.success(request, f"We will email you when {variant.full_name} is back.")
    return redirect(variant)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stock_request(request: HttpRequest, token: str) -> HttpResponse:
    """End a wish: a GET only asks, so that a mail program that follows links ends nothing."""
    wish = get_object_or_404(StockRequest.objects.select_related("variant__product"), token=token)
    if request.method == "POST":
        stock_requests.cancel(request=wish)
        return redirect("catalog:stock_request", token)
    context = {"variant": wish.variant, "is_open": wish.cancelled_at is None and wish.notified_at is None}
    return render(request, "catalog/stock_request.html", context)


def _show(request: HttpRequest, variant: Variant, form: StockRequestForm, status: int) -> HttpResponse:
    context = {"variant": variant, "form": form}
    return render(request, "catalog/notify.html", context, status=status)
