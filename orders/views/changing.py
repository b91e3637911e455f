"""The shopper changes an order that nobody has begun to pack."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.forms import AddressForm
from ecommerce.lib.errors import DomainError
from orders.access import order_for_token
from orders.models import Order
from orders.services.changing import change_address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """Where the order goes. Whoever holds its link may change that, as they may cancel it."""
    order = order_for_token(token)
    if request.method != "POST":
        known = AddressForm(initial=AddressForm.initial_of(order.delivery_address), section="shipping")
        return _page(request, order, known) if order.can_be_changed_by_shopper else redirect(order)
    form = AddressForm(request.POST, section="shipping")
    if not form.is_valid():
        return _page(request, order, form, status=400)
    is_own = request.user.is_authenticated and request.user.pk == order.customer_id
    try:
        change_address(order=order, address=form.postal(), actor=request.user if is_own else None)
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, order, form, status=error.http_status)
    messages.success(request, "Your order goes to the new address.")
    return redirect(order)


def _page(request: HttpRequest, order: Order, form: AddressForm, status: int = 200) -> HttpResponse:
    return render(request, "orders/change_address.html", {"order": order, "form": form}, status=status)
