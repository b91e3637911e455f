"""Sending goods back, for whoever holds the order's link: its customer, or a guest."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import StoreSettings
from ecommerce.lib.errors import DomainError
from orders.access import order_for_token, return_for_token
from orders.forms.returns import ReturnForm
from orders.models import Order
from orders.services.invoices import seller_of
from orders.services.return_money import refund_estimate
from orders.services.return_steps import cancel_return
from orders.services.returns import already_requested, deadline_of, may_send_back, request_return


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, token: str) -> HttpResponse:
    """What comes back; then what it is worth; then it is asked for."""
    order = order_for_token(token)
    lines = list(order.lines.select_related("product__category"))
    form = ReturnForm(request.POST or None, lines=lines, initial={"key": uuid4().hex})
    if request.method != "POST":
        return _page(request, order, form)
    sent = request.POST.get("key", "") if "confirm" in request.POST else ""
    if done := already_requested(order=order, key=sent):
        return redirect(done)
    if not form.is_valid():
        return _page(request, order, form, status=400)
    if "confirm" in request.POST:
        return _ask(request, order, form)
    if "change" in request.POST:
        return _page(request, order, form)
    pieces = {pk: ask[0] for pk, ask in form.asks().items()}
    context = {"order": order, "form": form, "estimate": refund_estimate(order=order, lines=pieces)}
    context["chosen"] = [(line, form.asks()[line.pk]) for line in form.lines if line.pk in pieces]
    return render(request, "orders/return_check.html", context)


def _ask(request: HttpRequest, order: Order, form: ReturnForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        made = request_return(
            order=order,
            lines=form.asks(),
            note=data["note"],
            key=data["key"],
            actor=request.user if request.user.is_authenticated else None,
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, order, form, status=error.http_status)
    messages.success(request, f"We have your request. Its number is {made.number}.")
    return redirect(made)


def _page(request: HttpRequest, order: Order, form: ReturnForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "order": order,
        "form": form,
        "deadline": deadline_of(order),
        "is_open": may_send_back(order, now=timezone.now()),
    }
    return render(request, "orders/return_new.html", context, status=status)


@never_cache
@require_GET
def detail(request: HttpRequest, token: str, number: str) -> HttpResponse:
    return_ = return_for_token(token, number)
    context = {
        "return": return_,
        "order": return_.order,
        "lines": list(return_.lines.select_related("line__product__category")),
        "events": [
            event
            for event in return_.order.events.filter(is_public=True)
            if event.data.get("return") == return_.number
        ],
        "send_to": seller_of(StoreSettings.current()),
    }
    return render(request, "orders/return.html", context)


@require_POST
def cancel(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The shopper keeps the things after all."""
    return_ = return_for_token(token, number)
    try:
        cancel_return(return_=return_, actor=request.user if request.user.is_authenticated else None)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Return {return_.number} is cancelled. You keep the things.")
    return redirect(return_)
