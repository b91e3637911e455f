"""The pages on which staff change what is in an order and where it goes: looked at, then confirmed."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from customers.forms import AddressForm
from dashboard.order_edit_form import EditForm, agreed
from dashboard.order_pages import PAGE, find, render_page
from dashboard.rights import CHANGE
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from orders.models import Order
from orders.services.changing import quote_elsewhere
from orders.services.editing import preview_edit
from payments.services.changing import edit_and_settle, redirect_and_settle, require_right_to_settle

if TYPE_CHECKING:
    from dashboard.admin.orders import OrderAdmin


def edit(request: HttpRequest, model_admin: "OrderAdmin", pk: int) -> HttpResponse:
    """The lines: what was typed is first shown with its new total, and done when that is confirmed."""
    order = _changeable(request, pk)
    if isinstance(order, HttpResponse):
        return order
    form = EditForm(request.POST or None, order=order)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            preview = preview_edit(order=order, edit=form.edit(), actor=request.user)
            if (seen := agreed(request.POST)) is not None:
                require_right_to_settle(order=order, new_total=preview.quote.total, actor=request.user)
                done = edit_and_settle(
                    order=order,
                    edit=form.edit(),
                    revision=seen.revision,
                    confirmed_total=seen.total,
                    actor=request.user,
                )
                return _changed(request, done)
        except DomainError as error:
            form.refuse(error)
    return _page(request, model_admin, order, "order_edit", form=form, preview=preview)


def address(request: HttpRequest, model_admin: "OrderAdmin", pk: int) -> HttpResponse:
    """Where it goes. A total that would be another one there is shown before it counts."""
    order = _changeable(request, pk)
    if isinstance(order, HttpResponse):
        return order
    form = AddressForm(request.POST or None, initial=AddressForm.initial_of(order.delivery_address))
    new_total = None
    if request.method == "POST" and form.is_valid():
        seen = agreed(request.POST)
        try:
            new_total = quote_elsewhere(order=order, address=form.postal()).total
            require_right_to_settle(order=order, new_total=new_total, actor=request.user)
            done = redirect_and_settle(
                order=order,
                address=form.postal(),
                confirmed_total=seen.total if seen else None,
                actor=request.user,
            )
            return _changed(request, done)
        except DomainError as error:
            form.add_error(None, error.message)
    return _page(request, model_admin, order, "order_address", form=form, new_total=new_total)


def _changeable(request: HttpRequest, pk: int) -> Order | HttpResponse:
    """The order, or the way back to its page when it is too late to change it."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    order = find(pk)
    if order.can_be_edited:
        return order
    messages.error(request, f"Order {order.number} can no longer be changed.")
    return redirect(PAGE, order.pk)


def _changed(request: HttpRequest, order: Order) -> HttpResponse:
    words = f"Order {order.number} is changed."
    if order.awaits_balance or (order.amount_due and order.expires_at):
        words += f" The customer is asked for {format_money(order.amount_due, order.currency)}."
    elif order.overpaid_since:
        words += " What was paid too much goes back as soon as the bank answers."
    messages.success(request, words)
    return redirect(PAGE, order.pk)


def _page(
    request: HttpRequest, model_admin: "OrderAdmin", order: Order, template: str, **context: Any
) -> HttpResponse:
    status = 400 if context["form"].errors else 200
    return render_page(request, model_admin, template, order, status=status, **context)
