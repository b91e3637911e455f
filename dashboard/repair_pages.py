"""One repair: at once, or after a page that shows what it does."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from dashboard import reconciliation
from dashboard.repairs import REPAIRS, Repair, amount_of, seen
from ecommerce.lib.errors import DomainError
from orders.models import Order
from payments.gateways.base import GatewayError
from payments.services.reconciliation import KINDS


def repair(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """POST takes the step; those that send money or ask for a note show their page on GET first."""
    step = REPAIRS.get(code)
    if step is None or (request.method != "POST" and not (request.method == "GET" and step.asks)):
        raise Http404
    if not request.user.has_perm(step.permission):
        raise PermissionDenied
    target = step.find(pk)
    if target is None:
        raise Http404
    if request.method == "POST" and request.POST.get("seen") != seen(target):
        messages.error(request, "This has changed since you looked. Nothing was done; please look again.")
        return _back(request, target)
    if not step.offered(target):
        messages.error(request, f"“{step.label}” is not possible any more.")
        return _back(request, target)
    form = step.form_class(request.POST if request.method == "POST" else None) if step.form_class else None
    if request.method == "GET" or (form is not None and not form.is_valid()):
        return _page(request, step, target, form)
    return _take(request, step, target, form.answers() if form is not None else {})


def _take(request: HttpRequest, step: Repair, target: Any, answers: dict[str, Any]) -> HttpResponse:
    try:
        step.run(target, request.user, **answers)
    except GatewayError:
        messages.warning(
            request, "The gateway did not answer. Nothing is lost: it is asked again by itself, and by you."
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, step.done)
    reconciliation.forget_count()
    return _back(request, target)


def order_of(target: Any) -> Order | None:
    """The order that a step is about, if it is about one."""
    if isinstance(target, Order):
        return target
    found: Order | None = getattr(getattr(target, "payment", target), "order", None)
    return found


def _back(request: HttpRequest, target: Any) -> HttpResponse:
    """To the order's page or the list, wherever the button was."""
    back, order = _came_from(request), order_of(target)
    if back == "order" and order is not None:
        return redirect("admin:orders_order_change", order.pk)
    return redirect(reverse("admin:reconciliation", query={"kind": back} if back in KINDS else None))


def _came_from(request: HttpRequest) -> str:
    return (request.POST if request.method == "POST" else request.GET).get("back", "")


def _page(request: HttpRequest, step: Repair, target: Any, form: Any) -> HttpResponse:
    order, back = order_of(target), _came_from(request)
    amount = amount_of(step, target)
    to_order = back == "order" and order is not None
    context = {
        **admin.site.each_context(request),
        "title": step.label if order is None else f"{step.label}: order {order.number}",
        "button": f"{step.label} {amount}" if step.with_amount else step.label,
        "repair": step,
        "target": target,
        "order": order,
        "amount": amount if step.target in ("payment", "refund") or step.with_amount else "",
        "form": form,
        "seen": seen(target),
        "back": back,
        "back_url": reverse("admin:orders_order_change", args=[order.pk])
        if to_order and order is not None
        else reverse("admin:reconciliation", query={"kind": back} if back in KINDS else None),
    }
    return TemplateResponse(
        request, "dashboard/repair.html", context, status=400 if form is not None and form.errors else 200
    )
