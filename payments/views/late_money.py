"""Paid too late, and the goods are gone: the shopper waits for them, or has the money back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ecommerce.lib.errors import DomainError
from orders.access import order_for_token
from orders.models import Order
from orders.services.late_money import wait_for_goods
from orders.views.tracking import order_context
from payments.gateways.base import GatewayError
from payments.services.late_money import can_choose, send_back_late_money


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The choice, while there is one; afterwards, and pressed a second time, the order itself."""
    order = order_for_token(token)
    if not can_choose(order):
        return redirect(order)
    choice = request.POST.get("choice", "")
    if request.method != "POST" or choice not in ("wait", "back"):
        missing = "Choose whether to wait or to have your money back." if request.method == "POST" else ""
        return _ask(request, order, words=missing, status=400 if missing else 200)
    try:
        _do(request, order, choice)
    except GatewayError:
        messages.warning(request, "Your money goes back as soon as the bank answers.")
    except DomainError as error:
        order.refresh_from_db()
        return _ask(request, order, words=error.message, status=error.http_status)
    return redirect(order)


def _do(request: HttpRequest, order: Order, choice: str) -> None:
    if choice == "wait":
        wait_for_goods(order=order)
        messages.success(request, "Your order is on. We send it as soon as everything is here.")
    else:
        send_back_late_money(order=order)
        messages.success(request, "Your money is on its way back to you.")


def _ask(request: HttpRequest, order: Order, *, words: str, status: int) -> HttpResponse:
    late = order.events.filter(kind="goods_gone").last()
    context = order_context(order) | {
        "errors": [words] if words else [],
        "gone": late.data.get("words", "") if late else "",
    }
    return render(request, "payments/late_money.html", context, status=status)
