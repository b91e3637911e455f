"""After a guest's purchase: one button, one code, and there is an account with the order in it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from customers.email_codes import send_code, waiting_for
from customers.entering import sign_in
from customers.forms import CodeForm
from customers.services.email_accounts import enter_by_code
from ecommerce.lib.errors import DomainError
from orders.access import order_for_token
from orders.models import Order


@require_POST
def send(request: HttpRequest, token: str) -> HttpResponse:
    """ "Keep this in an account": a code goes to the order's own address."""
    order = order_for_token(token)
    if order.customer_id is None and not request.user.is_authenticated:
        try:
            send_code(request, _key(order), to=order.email)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("orders:confirmation", token)
    return redirect("orders:keep_code", token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Enter the code: the account is there, its owner signed in, the order in it. Again, nothing more."""
    order = order_for_token(token)
    if request.user.is_authenticated:
        own = order.customer_id == request.user.pk
        return redirect("orders:history_detail", order.number) if own else redirect("orders:claim")
    asked = waiting_for(request, _key(order))
    if order.customer_id is not None or asked is None:
        return render(request, "orders/keep.html", {"order": order})
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _enter(request, order, form.cleaned_data["code"], asked["binding"])
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            return redirect("orders:history")
    return render(
        request, "orders/keep_code.html", {"form": form, "order": order}, status=400 if form.errors else 200
    )


def _enter(request: HttpRequest, order: Order, code: str, binding: str) -> None:
    postal = order.invoice_address if order.is_collect else order.delivery_address
    entry = enter_by_code(email=order.email, code=code, binding=binding, name=order.name, postal=postal)
    request.session.pop(_key(order), None)
    sign_in(request, entry, email=order.email)  # which brings the orders of this address along
    messages.success(request, f"Order {order.number} is in your account. You are signed in.")


def _key(order: Order) -> str:
    """For this order only: a code that was sent for another one is another address's."""
    return f"keep-{order.pk}"
