"""The basket: its page, its drawer, and every button on them.

With scripts, a button swaps the basket's own fragment and tells the page the new count by the
event `cart-updated`; without, it redirects. Refusals carry their words and a 4xx status.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from ecommerce.lib.errors import DomainError
from orders.access import find_cart, find_or_open_cart, forget_cart
from orders.destination import destination_of, remember_destination
from orders.forms.destination import DestinationForm
from orders.models import CartLine
from orders.services import cart as carts
from orders.services.cart_view import view_cart
from orders.services.holding import extend_hold

# The pages with the button that keeps the goods longer.
BACK = {name: f"orders:checkout_{name}" for name in ("contact", "address", "delivery", "review")}
# The parts of a page that a button may ask to have replaced.
FRAGMENTS = {"drawer-body": "orders/_drawer.html", "cart-body": "orders/_cart_body.html"}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why something in the basket was not changed, and what had been typed where."""

    message: str
    typed: str
    line: int | None = None


@require_GET
def cart_page(request: HttpRequest) -> HttpResponse:
    return render(request, "orders/cart.html", _context(request))


@require_GET
def drawer(request: HttpRequest) -> HttpResponse:
    """The basket as a fragment for the dialog."""
    return render(request, "orders/_drawer.html", _context(request))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    sku = request.POST.get("variant", "")[:64]
    try:
        quantity = carts.parse_quantity(request.POST.get("quantity", "1"))
        line = carts.add_line(cart=find_or_open_cart(request), sku=sku, quantity=quantity)
    except DomainError as error:
        return _add_refused(request, sku, error)
    words = f"{line.variant.full_name} is in your basket."
    if request.htmx:  # type: ignore[attr-defined]
        return _with_news(request, HttpResponse(), words, open_drawer=True)
    messages.success(request, words)
    return redirect("orders:cart")


@require_POST
def update(request: HttpRequest, pk: int) -> HttpResponse:
    line = _own_line(request, pk)
    typed = request.POST.get("quantity", "")[:12]
    try:
        carts.change_line(line=line, quantity=carts.parse_quantity(typed, lowest=0))
    except DomainError as error:
        refusal = Refusal(message=error.message, typed=typed, line=pk)
        return _answer(request, status=error.http_status, line_error=refusal)
    return _answer(request, words="Your basket is up to date.")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line out, and offer to put it back."""
    line = _own_line(request, pk)
    carts.remove_line(line=line)
    words = f"{line.variant.full_name} is out of your basket."
    if request.htmx:  # type: ignore[attr-defined]
        return _answer(request, words=words, removed=line.variant, removed_quantity=line.quantity)
    query = {"removed": line.variant.sku, "quantity": line.quantity}
    return redirect(reverse("orders:cart", query=query))


@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """The shopper has read what changed."""
    if cart := find_cart(request):
        carts.accept_changes(cart=cart)
    return _answer(request, words="Your basket is up to date.")


@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """ "Keep them longer": once. Leads back to the page whose button it was."""
    cart = find_cart(request)
    if cart is None:
        raise Http404
    try:
        extend_hold(cart=cart)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "We keep your things longer.")
    return redirect(BACK.get(request.POST.get("back", ""), "orders:cart"))


@require_POST
def coupon_add(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("code", "")[:60]
    try:
        coupon = carts.add_coupon(cart=find_or_open_cart(request), code=typed)
    except DomainError as error:
        refusal = Refusal(message=error.message, typed=typed)
        return _answer(request, status=error.http_status, code_error=refusal)
    return _answer(request, words=f"The code {coupon.typed} is in your basket.")


@require_POST
def coupon_remove(request: HttpRequest, pk: int) -> HttpResponse:
    cart = find_cart(request)
    coupon = cart.coupons.filter(pk=pk).first() if cart else None
    if coupon is None:
        raise Http404
    carts.remove_coupon(coupon=coupon)
    return _answer(request, words="The code is out of your basket.")


@require_POST
def set_destination(request: HttpRequest) -> HttpResponse:
    """Price delivery for a country and postal code before the checkout asks for the address."""
    form = DestinationForm(request.POST)
    if not form.is_valid():
        return _answer(request, status=400, destination=form)
    remember_destination(request, **form.cleaned_data)
    return _answer(request, words="Delivery is worked out for there.")


def _own_line(request: HttpRequest, pk: int) -> CartLine:
    cart = find_cart(request)
    line = cart.lines.select_related("cart", "variant__product").filter(pk=pk).first() if cart else None
    if line is None:
        raise Http404
    return line


def _add_refused(request: HttpRequest, sku: str, error: DomainError) -> HttpResponse:
    """Say why it was not added, with a number that would work filled in."""
    context = {
        "error": error,
        "variant": carts.find_variant(sku),
        "quantity": error.data.get("available") or 1,
    }
    template = "orders/_add_refused.html" if request.htmx else "orders/add_refused.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=error.http_status)


def _answer(request: HttpRequest, *, words: str = "", status: int = 200, **context: Any) -> HttpResponse:
    """The basket as it is now: the fragment that was asked for, the page with a refusal, or a
    redirect to the page."""
    forget_cart(request)
    fragment = FRAGMENTS.get(request.htmx.target or "") if request.htmx else None  # type: ignore[attr-defined]
    if fragment is None and status == 200:
        messages.success(request, words)
        return redirect("orders:cart")
    response = render(request, fragment or "orders/cart.html", _context(request, **context), status=status)
    return _with_news(request, response, words) if fragment else response


def _with_news(
    request: HttpRequest, response: HttpResponse, words: str, *, open_drawer: bool = False
) -> HttpResponse:
    """Tell the page's script how many things are in the basket, and what to say."""
    forget_cart(request)
    cart = find_cart(request)
    news = {"count": cart.count if cart else 0, "message": words, "open": open_drawer}  # type: ignore[attr-defined]
    return trigger_client_event(response, "cart-updated", news)


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """What the basket shows; `removed` is what an undo would put back, `destination` the form that
    asks where it goes, None once the address is known."""
    cart = find_cart(request)
    view = view_cart(cart, **destination_of(request, cart))
    asked = DestinationForm(initial={"country": view.country, "postal_code": view.postal_code})
    return {
        "view": view,
        "destination": None if cart and cart.shipping_address else asked,
        "removed": carts.find_variant(request.GET.get("removed", "")[:64]),
        "removed_quantity": request.GET.get("quantity", "1")[:3],
        **more,
    }
