"""The page of one order, and the pages on which its steps are confirmed."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from catalog.services.inventory import waiting_for
from dashboard.order_actions import ACTIONS, OrderAction, run_for_all
from dashboard.order_forms import NoteForm
from dashboard.repairs import payment_panel
from dashboard.rights import AMOUNTS, CHANGE, FREE_OF_MONEY, PACK, SEND_MONEY, may_note, may_see_payments
from ecommerce.lib.money import format_money
from orders.models import Order, OrderLine
from orders.pricing import Quote
from orders.services.events import record

if TYPE_CHECKING:
    from dashboard.admin.orders import OrderAdmin

PAGE = "admin:orders_order_change"


def find(pk: int | str) -> Order:
    """The order to show or change. Raises Http404 when there is none."""
    order = Order.objects.select_related("customer").filter(pk=pk).first() if str(pk).isdigit() else None
    if order is None:
        raise Http404
    return order


@require_safe
def detail(request: HttpRequest, model_admin: "OrderAdmin", object_id: str) -> HttpResponse:
    """Everything about one order. Eleven queries of its own, whatever the order holds."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    order = find(object_id)
    return render_page(
        request, model_admin, "order_detail", order, note_form=NoteForm(), **_about(request, order)
    )


def _about(request: HttpRequest, order: Order) -> dict[str, Any]:
    user = request.user
    sees_payments = may_see_payments(user)
    return {
        "discounts": Quote.from_json(order.quote).discounts if order.quote else [],
        "lines": _lines(order),
        "events": events_for(user, order),
        "sees_payments": sees_payments,
        "payments": payment_panel(user, order) if sees_payments else [],
        "shipments": order.shipments.prefetch_related("lines__line"),
        "returns": order.returns.all(),
        "invoice": order.invoice,
        "credit_notes": order.credit_notes.order_by("pk") if sees_payments else [],
        "sees_files": user.has_perm("documents.view_orderfile"),
        "may_note": may_note(user),
        "may_print": user.has_perm(PACK),
        "can_be_edited": order.can_be_edited and user.has_perm(CHANGE),
        "offered": [
            action
            for action in ACTIONS.values()
            # Sending money back has a page of its own, which leads to the step that sends all of it.
            if action.code != "refund" and action.offered_to(user, order)
        ],
        "may_refund": order.amount_paid > 0 and user.has_perms([CHANGE, SEND_MONEY]),
    }


def events_for(user: Any, order: Order) -> Any:
    """The history, the newest first; what it says of money is for those who may see amounts."""
    events = order.events.order_by("-pk")
    return events if user.has_perm(AMOUNTS) else events.filter(kind__in=FREE_OF_MONEY)


def _lines(order: Order) -> list[OrderLine]:
    """The lines, each with `waiting`: how many of its pieces have yet to come."""
    late, lines = waiting_for(order.stock_reference), list(order.lines.select_related("product"))
    for line in lines:
        line.waiting = late.get(line.variant_id, 0)  # type: ignore[attr-defined]
    return lines


def act(request: HttpRequest, model_admin: "OrderAdmin", pk: int, code: str) -> HttpResponse:
    """Take a step with an order; steps that ask for something show their page on GET first."""
    action = ACTIONS.get(code)
    if action is None or (request.method != "POST" and action.form_class is None):
        raise Http404
    if not action.permitted(request.user):
        raise PermissionDenied
    order = find(pk)
    if request.method == "GET" and not action.offered_to(request.user, order):
        messages.error(request, f"Order {order.number} cannot be {action.done} now.")
        return redirect(PAGE, order.pk)
    if action.form_class is None:
        return _take(request, action, order, {})
    form = action.form_class(request.POST or None, order=order)
    if request.method == "POST" and form.is_valid():
        return _take(request, action, order, form.answers())
    return render_page(
        request, model_admin, "order_act", order, action=action, form=form, warning=_warning(action, order)
    )


def _take(request: HttpRequest, action: OrderAction, order: Order, answers: dict[str, Any]) -> HttpResponse:
    report = run_for_all(action, [order], actor=request.user, answers=lambda _: answers)
    for _, words in report.failed:
        messages.error(request, words)
    if report.done:
        messages.success(request, f"Order {order.number} is {_done(action, order)}.")
    return redirect(PAGE, order.pk)


def _done(action: OrderAction, order: Order) -> str:
    """What became of the order; money may have come in another amount than was due."""
    if action.code != "confirm-payment":
        return action.done
    order.refresh_from_db()
    amount = format_money(abs(order.balance), order.currency)
    if order.balance > 0:
        return f"partly paid; {amount} is still to pay"
    return f"{action.done}; {amount} too much came and goes back" if order.balance < 0 else action.done


def _warning(action: OrderAction, order: Order) -> str:
    """What to think of before a step that cannot be taken back."""
    if action.code == "cancel" and order.got_money:
        return "The order is paid. Cancelling it sends the whole payment back to the customer."
    if action.code == "cancel":
        return "The goods go back into stock, and the customer is told by email."
    if action.code == "refund":
        return "Everything that is left of the payment is sent back to the customer."
    return ""


@require_POST
def note(request: HttpRequest, model_admin: "OrderAdmin", pk: int) -> HttpResponse:
    """Write a note that only staff see into the order's history."""
    if not may_note(request.user):
        raise PermissionDenied
    order = find(pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = _about(request, order)
        return render_page(request, model_admin, "order_detail", order, note_form=form, **context)
    text = form.cleaned_data["note"]
    record(order=order, kind="note", message=text, actor=request.user, is_public=False)
    messages.success(request, "Your note is saved.")
    return redirect(PAGE, order.pk)


def render_page(
    request: HttpRequest,
    model_admin: "OrderAdmin",
    template: str,
    order: Order,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page about one order in the staff site."""
    shown = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Order {order.number}",
        "order": order,
        "original": order,
        "may_send_money": request.user.has_perm(SEND_MONEY),
        "sees_amounts": request.user.has_perm(AMOUNTS),
        **context,
    }
    return TemplateResponse(request, f"dashboard/{template}.html", shown, status=status)
