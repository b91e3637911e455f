"""Gift cards for shoppers: put into the checkout, taken out, and looked up."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ecommerce.lib.errors import DomainError
from orders.access import cart_of_form
from orders.models import Cart
from orders.services.checkout import missing_answer
from orders.views.checkout import review_context
from payments.forms import GiftCardForm
from payments.services.cart_gift_cards import find_card, stop_using, use_card, use_credit
from payments.tries import count_code

_REVIEW = "orders:checkout_review"


@require_POST
def use(request: HttpRequest) -> HttpResponse:
    """Keep the card with this code with the basket; a code that cannot be used is named in its place."""
    cart = cart_of_form(request)
    if cart is None:
        return render(request, "orders/session_ended.html", status=409)
    form, status = GiftCardForm(request.POST), 400
    if form.is_valid():
        try:
            count_code(request, cart)
            row = use_card(cart=cart, code=form.cleaned_data["code"])
        except DomainError as error:
            if error.code == "cart_closed":
                return redirect("orders:checkout")
            form.add_error("code", error.message)
            status = error.http_status
        else:
            messages.success(request, f"{row.card.label} is used for this order.")
            return redirect(_REVIEW)
    return _again(request, cart, form, status)


def _again(request: HttpRequest, cart: Cart, form: GiftCardForm, status: int) -> HttpResponse:
    """The last page of the checkout with what was typed, and why it was not taken."""
    if missing_answer(cart):
        return redirect("orders:checkout")
    context = review_context(cart, card_form=form, card_forms=[form])
    return render(request, "orders/checkout_review.html", context, status=status)


@require_POST
def use_store_credit(request: HttpRequest) -> HttpResponse:
    """Pay with the signed-in customer's own credit, as far as it goes."""
    cart = cart_of_form(request)
    if cart is None:
        return render(request, "orders/session_ended.html", status=409)
    try:
        use_credit(cart=cart, customer=request.user if request.user.is_authenticated else None)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Your store credit is used for this order.")
    return redirect(_REVIEW)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a card out of the basket again; somebody else's is not there."""
    cart = cart_of_form(request)
    if cart is None or not stop_using(cart=cart, pk=pk):
        raise Http404
    messages.success(request, "It is not used for this order any more.")
    return redirect(_REVIEW)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """What is left on a gift card, and until when."""
    form, card, status = GiftCardForm(request.POST or None), None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                count_code(request)
                card, status = find_card(code=form.cleaned_data["code"]), 200
            except DomainError as error:
                form.add_error("code", error.message)
                status = error.http_status
    return render(request, "payments/gift_card.html", {"form": form, "card": card}, status=status)
