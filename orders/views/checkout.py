"""The checkout: contact, address, delivery, check your answers. Paying is in `payments`.

Every step can be left and come back to; the answers live in the cart. A form that comes in
without its session is answered with what was typed still in it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.forms import AddressForm
from customers.models import Address
from ecommerce.lib.errors import DomainError
from orders.access import find_cart, restore_cart, sign_cart
from orders.agreement import Agreement, agreement_of, changes_between, sign_agreement
from orders.destination import destination_of
from orders.forms.checkout import BillingChoiceForm, ContactForm, DeliveryForm
from orders.forms.vat import VatNumberForm
from orders.models import Cart
from orders.services.arrival import arrival_of, options_of
from orders.services.cart_view import view_cart
from orders.services.checkout import missing_answer, save_answers
from orders.services.holding import hold_cart

LABELS = {
    "contact": "Contact",
    "address": "Address",
    "delivery": "Delivery",
    "review": "Check and pay",
}
STEPS = {
    "contact": "orders:checkout_contact",
    "address": "orders:checkout_address",
    "delivery": "orders:checkout_delivery",
    "review": "orders:checkout_review",
}
Step = Callable[[HttpRequest, Cart | None], HttpResponse]


def step(view: Step) -> Callable[[HttpRequest], HttpResponse]:
    """Give a view the visitor's cart; without goods in it there is nothing to check out.

    A POST whose session is gone brings its guest's cart back by the signed field of its form;
    when that cannot be, the view gets None and answers with the form as it was filled in.
    """

    @wraps(view)
    @require_http_methods(["GET", "HEAD", "POST"])
    def wrapper(request: HttpRequest) -> HttpResponse:
        cart = find_cart(request)
        if cart is None and request.method == "POST":
            cart = restore_cart(request, request.POST.get("basket", ""))
        elif cart is None or not cart.count:  # type: ignore[attr-defined]
            return redirect("orders:cart")
        return view(request, cart)

    return wrapper


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Go to the first question that has no answer yet."""
    cart = find_cart(request)
    if cart is None:
        return redirect("orders:cart")
    return redirect(STEPS[missing_answer(cart) or "review"])


@step
def contact(request: HttpRequest, cart: Cart | None) -> HttpResponse:
    known = (cart.email if cart else "") or getattr(request.user, "email", "")
    form = ContactForm(request.POST or None, initial={"email": known})
    if form.is_valid() and cart:
        save_answers(cart=cart, email=form.cleaned_data["email"])
        return _next(request, cart, "orders:checkout_address")
    return _render(request, "contact", cart, [form], form=form)


@step
def address(request: HttpRequest, cart: Cart | None) -> HttpResponse:
    """Where it goes, and where the invoice goes when that is elsewhere."""
    delivery, billing = (cart.delivery_address, cart.billing_address) if cart else (None, None)
    book = _address_book(request)
    chosen = _from_book(request, book) or delivery or (book[0].as_postal() if book else None)
    data = request.POST or None
    initial = AddressForm.initial_of(chosen) if chosen else destination_of(request, cart)
    form = AddressForm(data, section="shipping", initial=initial)
    choice = BillingChoiceForm(data, initial={"billing_differs": bool(billing)})
    differs = choice.is_valid() and choice.cleaned_data["billing_differs"]
    invoice = AddressForm(data if differs else None, prefix="billing", section="billing", initial=billing)
    vat = VatNumberForm(data, initial={"vat_number": cart.vat_number if cart else ""}, goes_to=form)
    forms = [form, vat, choice, *([invoice] if differs else [])]
    # Each form is asked, so that all their errors show at once.
    answers = [one.is_valid() for one in forms]
    if all(answers) and cart:
        elsewhere = invoice.postal() if differs else None
        save_answers(cart=cart, shipping_address=form.postal(), billing_address=elsewhere, **vat.cleaned_data)
        return _next(request, cart, "orders:checkout_delivery")
    context = {"form": form, "vat": vat, "choice": choice, "invoice": invoice, "book": book}
    return _render(request, "address", cart, forms, **context)


@step
def delivery(request: HttpRequest, cart: Cart | None) -> HttpResponse:
    if cart and not cart.shipping_address:
        return redirect("orders:checkout")
    view = view_cart(cart)
    initial = {"shipping_method": view.method.code if view.method else "", "note": cart.note if cart else ""}
    form = DeliveryForm(request.POST or None, methods=view.methods, initial=initial)
    if form.is_valid() and cart:
        save_answers(cart=cart, **form.cleaned_data)
        return _next(request, cart, "orders:checkout_review")
    return _render(request, "delivery", cart, [form], form=form, view=view, options=options_of(view))


@step
def review(request: HttpRequest, cart: Cart | None) -> HttpResponse:
    """Check your answers. GET only: its form posts to `payments:place`."""
    if cart is None or missing_answer(cart):
        return redirect("orders:checkout")
    return render(request, "orders/checkout_review.html", review_context(cart))


def review_context(cart: Cart, *, agreed: Agreement | None = None, **more: Any) -> dict[str, Any]:
    """What the last page shows; `payments` shows it again when paying was refused.

    `agreed` is what the shopper had seen when they pressed "Pay".
    """
    view = view_cart(cart)
    arrives = arrival_of(view, now=timezone.now())
    present = agreement_of(view, arrives)
    context = {
        "view": view,
        "cart": cart,
        "promise": arrives,
        "basket": sign_cart(cart),
        "agreed": sign_agreement(present),
        "changes": changes_between(agreed, present) if agreed is not None else [],
    }
    return context | steps_context(cart, "review") | more


def steps_context(cart: Cart | None, current: str) -> dict[str, Any]:
    """The row of steps: those answered already are links back."""
    codes = list(STEPS)
    missing = missing_answer(cart) if cart else "contact"
    done = codes[: codes.index(missing or "review")]
    steps = [(code, LABELS[code], reverse(STEPS[code])) for code in codes]
    return {"checkout_steps": steps, "done_steps": done, "step": current}


def _render(
    request: HttpRequest, name: str, cart: Cart | None, forms: list[Any], **context: Any
) -> HttpResponse:
    """A step's page: 400 with what was typed when an answer was not right, 409 without a cart."""
    wrong = any(form.errors for form in forms)
    status = 400 if wrong else 200
    if cart is None:
        status = 409
    context |= {
        "forms": forms,
        "has_errors": wrong,
        "cart": cart,
        "basket": sign_cart(cart) if cart else request.POST.get("basket", ""),
        "session_ended": cart is None,
        "sign_in_url": reverse(settings.LOGIN_URL, query={"next": request.path}),
        "view": context.get("view") or view_cart(cart, **destination_of(request, cart)),
        "today": timezone.localdate(),
    }
    context |= steps_context(cart, name)
    return render(request, f"orders/checkout_{name}.html", context, status=status)


def _next(request: HttpRequest, cart: Cart, following: str) -> HttpResponse:
    """Keep the goods, then on to the next step, or back to the check when one answer was changed.

    When something cannot be kept, the shopper reads why on the basket's page.
    """
    try:
        hold_cart(cart=cart)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("orders:cart")
    return redirect("orders:checkout" if "change" in request.GET else following)


def _address_book(request: HttpRequest) -> list[Address]:
    return list(Address.book.for_customer(request.user)) if request.user.is_authenticated else []


def _from_book(request: HttpRequest, book: list[Address]) -> Any:
    """The address of the customer's own book that a link asked for."""
    wanted = request.GET.get("address", "")
    return next((row.as_postal() for row in book if str(row.pk) == wanted), None)
