"""Steps taken with many orders at once. Every order stands for itself: the ones that fail are
listed with the reason, the others are done."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from dashboard import worklists
from dashboard.order_actions import OrderAction, Report, run_for_all
from dashboard.order_forms import BulkCancelForm, BulkShipForm
from dashboard.rights import AMOUNTS, PACK
from documents.services.printing import print_papers, print_pick_list, record_labels
from orders.models import Order

if TYPE_CHECKING:
    from dashboard.admin.orders import OrderAdmin

MOST_AT_ONCE = 200
FORMS: dict[str, Any] = {"ship": BulkShipForm, "cancel": BulkCancelForm}


def run(model_admin: "OrderAdmin", request: HttpRequest, rows: QuerySet, action: OrderAction) -> HttpResponse:
    """The bulk action of the list: at once, or after a page that asks for what is needed."""
    orders = chosen(request, rows)
    if len(orders) > MOST_AT_ONCE:
        return _too_many(request)
    if action.code not in FORMS:
        report = run_for_all(action, orders, actor=request.user, answers=lambda _: {})
        return _tell(request, action, report)
    form = FORMS[action.code](request.POST if "confirmed" in request.POST else None, orders=orders)
    if form.is_valid():
        report = run_for_all(action, orders, actor=request.user, answers=form.answers_for)
        return _tell(request, action, report)
    title = f"{action.bulk_label} {len(orders)} order{'s' if len(orders) != 1 else ''}"
    return _page(request, model_admin, "order_bulk", orders, title=title, action=action, form=form)


def chosen(request: HttpRequest, rows: QuerySet) -> list[Order]:
    """The ticked orders in pick order, oldest first; one more than allowed tells of too many.

    Ticked ones are found even when they have left the filtered list meanwhile, so that what
    happens to each is told.
    """
    if request.POST.get("select_across") != "1" or "confirmed" in request.POST:
        rows = Order.objects.filter(pk__in=_ids(request.POST.getlist(ACTION_CHECKBOX_NAME)))
    return list(rows.order_by("placed_at", "pk")[: MOST_AT_ONCE + 1])


def _ids(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]


def _too_many(request: HttpRequest) -> HttpResponse:
    messages.error(request, f"Please choose at most {MOST_AT_ONCE} orders at a time. Nothing was changed.")
    return _back(request)


def _tell(request: HttpRequest, action: OrderAction, report: Report) -> HttpResponse:
    """One line for what worked, one for each order that did not."""
    if report.done:
        count = len(report.done)
        text = f"{count} order{'s' if count != 1 else ''} {action.done}."
        if action.code == "ship":
            ids = ",".join(str(order.pk) for order in report.done)
            link = reverse("admin:orders_order_papers", query={"ids": ids})
            text = format_html('{} <a class="underline" href="{}">Print their papers</a>', text, link)
        messages.success(request, text)
    for order, words in report.failed:
        messages.error(request, words if order.number in words else f"Order {order.number}: {words}")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """The list as it was filtered when the action was chosen."""
    filters = request.POST.get("back", request.GET.urlencode())
    return redirect(f"{reverse('admin:orders_order_changelist')}?{filters}")


def print_chosen(model_admin: "OrderAdmin", request: HttpRequest, rows: QuerySet) -> HttpResponse:
    """The bulk action: straight to the PDF when every paper could be made."""
    orders = chosen(request, rows)
    return _too_many(request) if len(orders) > MOST_AT_ONCE else _print(request, model_admin, orders)


def papers(request: HttpRequest, model_admin: "OrderAdmin") -> HttpResponse:
    """GET lists the orders of `?ids=`; POST answers with one PDF of their papers.

    Papers that could not be made are listed first; `despite` then prints the rest.
    """
    if not request.user.has_perm(PACK):
        raise PermissionDenied
    wanted = request.POST if request.method == "POST" else request.GET
    ids = _ids(wanted.get("ids", "").split(","))[:MOST_AT_ONCE]
    orders = list(Order.objects.filter(pk__in=ids).order_by("placed_at", "pk"))
    if request.method == "POST":
        return _print(request, model_admin, orders)
    return _papers_page(request, model_admin, orders)


def pick_chosen(model_admin: "OrderAdmin", request: HttpRequest, rows: QuerySet) -> HttpResponse:
    """The bulk action: the pick list of the ticked orders."""
    orders = chosen(request, rows)
    return _too_many(request) if len(orders) > MOST_AT_ONCE else _pick(request, orders)


def pick_queue(request: HttpRequest, model_admin: "OrderAdmin") -> HttpResponse:
    """The pick list of a work list, `?queue=`, the oldest orders first."""
    if not request.user.has_perm(PACK):
        raise PermissionDenied
    wanted = worklists.queue(request.GET.get("queue", ""))
    if wanted is None:
        raise Http404
    return _pick(request, list(Order.objects.filter(wanted).order_by("placed_at", "pk")[:MOST_AT_ONCE]))


def _pick(request: HttpRequest, orders: list[Order]) -> HttpResponse:
    job = print_pick_list(orders=orders)
    if not job.pdf:
        for words in job.problems or ["There is nothing to pick."]:
            messages.error(request, words)
        return _back(request)
    return _pdf(job.pdf, f"pick-list-{timezone.localtime():%Y-%m-%d-%H%M}")


def _print(request: HttpRequest, model_admin: "OrderAdmin", orders: list[Order]) -> HttpResponse:
    job = print_papers(orders=orders, bills=request.user.has_perm(AMOUNTS))
    doubts = job.problems or job.printed_before
    if not job.pdf or (doubts and "despite" not in request.POST):
        shown = {"problems": job.problems, "printed_before": job.printed_before, "some": bool(job.pdf)}
        return _papers_page(request, model_admin, orders, **shown)
    record_labels(job=job, actor=request.user)
    name = orders[0].number if len(orders) == 1 else f"{timezone.localtime():%Y-%m-%d-%H%M}"
    return _pdf(job.pdf, f"papers-{name}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _papers_page(
    request: HttpRequest, model_admin: "OrderAdmin", orders: list[Order], **context: Any
) -> HttpResponse:
    ids = ",".join(str(order.pk) for order in orders)
    title = "Invoices and labels" if request.user.has_perm(AMOUNTS) else "Packing slips and labels"
    return _page(request, model_admin, "order_papers", orders, title=title, ids=ids, **context)


def _page(
    request: HttpRequest, model_admin: "OrderAdmin", template: str, orders: list[Order], **context: Any
) -> HttpResponse:
    shown = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "orders": orders,
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": request.POST.get("back", request.GET.urlencode()),
        "paid_orders": [order for order in orders if order.got_money],
        **context,
    }
    return TemplateResponse(request, f"dashboard/{template}.html", shown)
