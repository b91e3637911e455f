"""The withdrawal button: who and which order, then the statement, then the receipt."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ecommerce.lib.caches import CacheDown
from ecommerce.lib.errors import DomainError
from ecommerce.lib.ratelimit import TooMany, client_address, count_try
from orders.access import order_for_token
from orders.models import Order
from orders.services.returns import deadline_of
from orders.views.tracking import TOO_MANY
from payments.forms import WithdrawForm
from payments.services.withdrawal import require_withdrawable, withdraw, withdrawable_lines

NOT_FOUND = (
    "We found no order with this number and email address. Check both, or send us your statement by "
    "email: the words are below, and it counts from the moment you send it."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """First who withdraws from which order, then the statement with its one button."""
    if request.method != "POST":
        return _first(request, WithdrawForm(initial=_known(request)), 200)
    form = WithdrawForm(request.POST)
    try:
        count_try("withdraw", client_address(request), limit=20, seconds=600)
    except TooMany:
        form.add_error(None, TOO_MANY)
        return _first(request, form, 429)
    except CacheDown as error:
        form.add_error(None, error.message)
        return _first(request, form, error.http_status)
    order = _find(form) if form.is_valid() else None
    if order is None:
        return _first(request, form, 400)
    if "confirm" in request.POST:
        return _confirm(request, form, order)
    try:
        require_withdrawable(order, now=timezone.now())
    except DomainError as error:
        form.add_error(None, error.message)
        return _first(request, form, error.http_status, order=order)
    return _statement(request, form, order)


def _known(request: HttpRequest) -> dict[str, str]:
    """What the order's link tells: whoever holds it need not type it again."""
    token = request.GET.get("token", "")
    if not token:
        return {}
    order = order_for_token(token)
    return {"name": order.name, "number": order.number, "email": order.email}


def _find(form: WithdrawForm) -> Order | None:
    """The order that number and email name together; the same answer for either being wrong."""
    wanted = form.cleaned_data
    order = Order.objects.filter(number=wanted["number"], email_key=wanted["email"].lower()).first()
    if order is None:
        form.add_error(None, NOT_FOUND)
    return order


def _confirm(request: HttpRequest, form: WithdrawForm, order: Order) -> HttpResponse:
    chosen = [int(pk) for pk in request.POST.getlist("lines") if pk.isdecimal() and len(pk) < 19]
    try:
        made = withdraw(
            order=order,
            name=form.cleaned_data["name"],
            email=form.cleaned_data["email"],
            line_ids=chosen,
            actor=request.user if request.user.is_authenticated else None,
        )
    except DomainError as error:
        return _statement(request, form, order, error=error, chosen=chosen)
    return redirect("payments:withdrawal", order.token, made.pk)


def _first(request: HttpRequest, form: WithdrawForm, status: int, **context: Any) -> HttpResponse:
    context |= {"form": form, "words": _words(form) if form.is_bound else ""}
    return render(request, "payments/withdraw.html", context, status=status)


def _words(form: WithdrawForm) -> str:
    """The statement with what was typed, to be sent in another way when we cannot place it."""
    typed = {name: form[name].value() or "…" for name in form.fields}
    return (
        f"I, {typed['name']}, hereby give notice that I withdraw from my contract of sale, order number "
        f"{typed['number']}, email address {typed['email']}. Goods and address: …"
    )


def _statement(
    request: HttpRequest,
    form: WithdrawForm,
    order: Order,
    *,
    error: DomainError | None = None,
    chosen: list[int] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "order": order,
        "lines": withdrawable_lines(order),
        "chosen": chosen,
        "earlier": list(order.withdrawals.all()),
        "deadline": deadline_of(order),
        "errors": [error.message] if error else [],
    }
    status = error.http_status if error else 200
    return render(request, "payments/withdraw_confirm.html", context, status=status)


@never_cache
@require_GET
def receipt(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """What was stated and when it reached us, for whoever holds the order's link."""
    order = order_for_token(token)
    made = order.withdrawals.filter(pk=pk).first()
    if made is None:
        raise Http404
    made.order = order
    back = getattr(made, "return_made", None)
    return render(request, "payments/withdrawal.html", {"order": order, "made": made, "back": back})
