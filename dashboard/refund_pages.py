"""The page on which staff send money of an order back: looked at, then confirmed."""

from contextlib import suppress
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboard.order_actions import ACTIONS
from dashboard.order_pages import PAGE, find, render_page
from dashboard.refund_form import RefundPartsForm
from dashboard.rights import CHANGE, SEND_MONEY
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import ZERO, format_money
from orders.models import Order
from payments.gateways.base import GatewayError
from payments.models import Refund
from payments.services.refund_parts import Preview, refund_preview, worth_of
from payments.services.refunding import refund_parts, refunds_of_key
from payments.services.returns import money_left

if TYPE_CHECKING:
    from dashboard.admin.orders import OrderAdmin


def refund(request: HttpRequest, model_admin: "OrderAdmin", pk: int) -> HttpResponse:
    """What was typed is first shown with what it does, and done when that is confirmed."""
    if not request.user.has_perms([CHANGE, SEND_MONEY]):
        raise PermissionDenied
    order = find(pk)
    left = money_left(order)
    form = RefundPartsForm(request.POST or None, order=order, money_left=left)
    if request.method == "POST" and (sent := refunds_of_key(order, form.key())):
        return _sent(request, order, sent)
    if left <= 0:
        messages.error(request, f"Order {order.number} has no money left to send back.")
        return redirect(PAGE, order.pk)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            preview = refund_preview(order=order, worth=worth_of(order, **form.parts()))
            if request.POST.get("confirmed") == str(preview.worth.total):
                return _send(request, order, form)
        except DomainError as error:
            form.refuse(error)
    return _page(request, model_admin, order, form, preview)


def _send(request: HttpRequest, order: Order, form: RefundPartsForm) -> HttpResponse:
    data, key = form.cleaned_data, form.key()
    with suppress(GatewayError):  # what was claimed is owed then, and said so
        refund_parts(
            order=order,
            reason=data["reason"],
            restock=data["restock"],
            method=data["method"],
            key=key,
            actor=request.user,
            **form.parts(),
        )
    return _sent(request, order, refunds_of_key(order, key))


def _sent(request: HttpRequest, order: Order, refunds: list[Refund]) -> HttpResponse:
    """Back to the order, with a word about each state in which the money is."""
    states = Refund.Status
    for state, say, words in (
        (states.DONE, messages.success, "{} went back to {}."),
        (states.PENDING, messages.warning, "{} goes back to {} as soon as the bank answers."),
        (states.FAILED, messages.error, "{} could not be sent to {}. It waits for you."),
    ):
        if amounts := [refund.amount for refund in refunds if refund.status == state]:
            say(request, words.format(format_money(sum(amounts, ZERO), order.currency), order.name))
    return redirect(PAGE, order.pk)


def _page(
    request: HttpRequest,
    model_admin: "OrderAdmin",
    order: Order,
    form: RefundPartsForm,
    preview: Preview | None,
) -> HttpResponse:
    return render_page(
        request,
        model_admin,
        "order_refund",
        order,
        status=400 if form.errors else 200,
        form=form,
        preview=preview,
        preview_lines=[
            (row.line, preview.worth.pieces[row.line.pk], preview.worth.goods[row.line.pk])
            for row in form.rows_left
            if preview and row.line.pk in preview.worth.goods
        ],
        unsent=[row.line for row in form.rows_left if row.unsent],
        may_edit=order.can_be_edited,
        may_refund_all=ACTIONS["refund"].offered(order),
    )
