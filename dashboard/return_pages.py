"""The page of one return, and the pages on which its steps are confirmed."""

import logging
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dashboard.order_pages import events_for
from dashboard.return_actions import RETURN_ACTIONS, ReturnAction
from dashboard.rights import AMOUNTS
from ecommerce.lib.errors import DomainError
from ecommerce.lib.form_errors import show_refusal
from orders.models import Return
from payments.gateways.base import GatewayError
from payments.models import Refund
from payments.services.returns import money_left, return_estimate

if TYPE_CHECKING:
    from dashboard.admin.returns import ReturnAdmin

log = logging.getLogger(__name__)
PAGE = "admin:orders_return_change"


def find(pk: int | str) -> Return:
    """The return to show or change. Raises Http404 when there is none."""
    found = Return.objects.select_related("order", "withdrawal").filter(pk=pk) if str(pk).isdigit() else None
    return_ = found.first() if found is not None else None
    if return_ is None:
        raise Http404
    return return_


@require_safe
def detail(request: HttpRequest, model_admin: "ReturnAdmin", object_id: str) -> HttpResponse:
    """Everything about one return, in a fixed number of queries."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    return_ = find(object_id)
    events = events_for(request.user, return_.order)
    sees_amounts = request.user.has_perm(AMOUNTS)
    context: dict[str, Any] = {
        "lines": return_.lines.select_related("line"),
        "events": [event for event in events if event.data.get("return") == return_.number],
        "refunds": Refund.objects.filter(key__startswith=f"return-{return_.number}:"),
        "sees_amounts": sees_amounts,
        "worth": return_estimate(return_=return_) if return_.is_open and sees_amounts else None,
        "left": money_left(return_.order),
        "offered": [
            action
            for action in RETURN_ACTIONS.values()
            if action.offered(return_) and action.permitted(request.user)
        ],
    }
    return _render(request, model_admin, "return_detail", return_, **context)


def act(request: HttpRequest, model_admin: "ReturnAdmin", pk: int, code: str) -> HttpResponse:
    """Take a step with a return; steps that ask for something show their page on GET first."""
    action = RETURN_ACTIONS.get(code)
    if action is None or (request.method != "POST" and action.form_class is None):
        raise Http404
    if not action.permitted(request.user) or not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    return_ = find(pk)
    if request.method != "POST" and not action.offered(return_):
        messages.error(request, f"Return {return_.number} cannot be {action.done} now.")
        return redirect(PAGE, return_.pk)
    if action.form_class is None:
        return _take(request, action, return_, {}) or redirect(PAGE, return_.pk)
    form = action.form_class(request.POST if request.method == "POST" else None, return_=return_)
    status = 200
    if request.method == "POST":
        answer = _take(request, action, return_, form.answers(), form) if form.is_valid() else None
        if answer is not None:
            return answer
        status = 400
    return _render(request, model_admin, "return_act", return_, action=action, form=form, http_status=status)


def _take(
    request: HttpRequest, action: ReturnAction, return_: Return, answers: dict[str, Any], form: Any = None
) -> HttpResponse | None:
    """Take the step and go back to the page; None when the form has to be shown again."""
    try:
        action.run(return_, request.user, **answers)
    except GatewayError:
        messages.warning(
            request, f"The bank did not answer. The money of {return_.number} is sent as soon as it does."
        )
    except DomainError as error:
        if form is not None and error.http_status == 400:
            show_refusal(form, error)
            return None
        messages.error(request, error.message)
    else:
        messages.success(request, f"Return {return_.number} is {action.done}.")
    return redirect(PAGE, return_.pk)


def approve_all(request: HttpRequest, rows: Any) -> None:
    """Approve each by itself; what failed is named, and does not hold up the others."""
    action = RETURN_ACTIONS["approve"]
    for return_ in rows:
        try:
            action.run(return_, request.user)
        except DomainError as error:
            messages.error(request, error.message)
        except Exception:
            log.exception("approving failed for return %s", return_.number)
            messages.error(request, f"Return {return_.number}: something went wrong; please try it alone.")
        else:
            messages.success(request, f"Return {return_.number} is approved.")


def _render(
    request: HttpRequest,
    model_admin: "ReturnAdmin",
    template: str,
    return_: Return,
    http_status: int = 200,
    **context: Any,
) -> HttpResponse:
    shown = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Return {return_.number}",
        "return": return_,
        "order": return_.order,
        "original": return_,
        **context,
    }
    return TemplateResponse(request, f"dashboard/{template}.html", shown, status=http_status)
