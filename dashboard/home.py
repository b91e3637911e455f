"""The staff home page: what to do, how sales go, what customers say."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from dashboard import charts, queries, reconciliation, return_list, worklists
from dashboard.queries import Day
from dashboard.rights import CHANGE_RETURN, RECEIVE, SALES, SEE, SEND_MONEY
from documents.access import SEE_FILES
from ecommerce.lib.money import format_money

PERIODS = (7, 30, 90)
DEFAULT_PERIOD = 30


def fill_home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to unfold's context what this person may see; `?days=` chooses the period of charts."""
    days = _period(request)
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    may = {
        "orders": request.user.has_perm(SEE),
        "sales": request.user.has_perm(SALES),
        "returns": request.user.has_perm("orders.view_return"),
        "stock": request.user.has_perm("catalog.view_product"),
        "reviews": request.user.has_perm("reviews.view_review"),
        "questions": request.user.has_perm("reviews.change_question"),
        "surveys": request.user.has_perm("reviews.view_survey"),
        "tickets": request.user.has_perm("support.view_ticket"),
    }
    context.update(days=days, periods=PERIODS, first=first, today=today, may=may, tasks=[])
    if may["sales"]:
        context.update(_sales(request, today, first))
    if may["orders"]:
        context["tasks"] += _order_tasks(request)
    if may["returns"]:
        context["tasks"] += _return_tasks(request)
    if reconciliation.may_see(request.user) and (wrong := reconciliation.open_count()):
        link = reverse("admin:reconciliation")
        context["tasks"].append(_task("To reconcile", wrong, link, "balance"))
    if may["stock"]:
        stock = queries.low_stock()
        context["low_stock"] = stock
        link = reverse("admin:low_stock")
        context["tasks"].append(_task("Low on stock", stock.count, link, "inventory"))
    if may["reviews"]:
        approves = request.user.has_perm("reviews.moderate_review")
        context.update(_feedback(first, today, context["tasks"] if approves else []))
    # A store that has just not answered is not waited for again.
    reachable = "feedback" not in context or context["feedback"].reachable
    if may["questions"] and reachable:
        context["tasks"] += _question_tasks(request)
    if may["surveys"] and reachable:
        context["surveys"] = queries.surveys(now=timezone.now())
    if may["tickets"]:
        link = admin_link("support.ticket", status__exact="open")
        context["tasks"].append(_task("Open questions", queries.open_tickets(), link, "forum"))
    context["tasks"] += _background_tasks(request)
    return context


def admin_link(label: str, **query: str) -> str:
    """The list of a model in the staff site, "" when the site has none."""
    if label not in {model._meta.label_lower for model in admin.site._registry}:
        return ""
    return reverse(f"admin:{label.replace('.', '_')}_changelist", query=query or None)


def _period(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in PERIODS if str(days) == asked), DEFAULT_PERIOD)


def _sales(request: HttpRequest, today: date, first: date) -> dict[str, Any]:
    # One series serves the tiles and the charts; the tiles compare fixed periods.
    series = queries.sales_by_day(first=min(first, today - timedelta(days=29)), last=today)
    shown = [day for day in series if day.date >= first]
    week, week_before = queries.add_up(series[-7:]), queries.add_up(series[-14:-7])
    return {
        "tiles": [
            {"title": "Today so far", "sales": queries.add_up(series[-1:])},
            {
                "title": "Last 7 days",
                "sales": week,
                "before": week_before,
                "change": _change(week, week_before),
            },
            {"title": "Last 30 days", "sales": queries.add_up(series[-30:])},
        ],
        "period": queries.add_up(shown),
        "revenue_chart": _chart(shown, money=True),
        "orders_chart": _chart(shown, money=False),
        "states": _states(request, first, today),
        "best": [
            {"title": "By units", "rows": _best(first, today, "units")},
            {"title": "By revenue", "rows": _best(first, today, "revenue")},
        ],
    }


def _change(now: queries.Sales, before: queries.Sales) -> int | None:
    """Revenue's change in per cent, None when there was none before."""
    if before.revenue <= 0:
        return None
    return int(((now.revenue - before.revenue) / before.revenue * 100).to_integral_value())


def _chart(days: list[Day], *, money: bool) -> charts.BarChart:
    points = []
    for day in days:
        value = day.revenue if money else Decimal(day.orders)
        text = format_money(value) if money else str(day.orders)
        points.append(charts.Point(label=date_format(day.date, "j M"), value=value, text=text))
    return charts.bar_chart(points)


def _states(request: HttpRequest, first: date, last: date) -> list[charts.Row]:
    found = queries.orders_by_status(first=first, last=last)
    lengths = charts.shares([count for _, _, count in found])
    return [
        charts.Row(
            label=label,
            text=str(count),
            share=share,
            tone=status,
            url=admin_link("orders.order", status__exact=status) if request.user.has_perm(SEE) else "",
        )
        for (status, label, count), share in zip(found, lengths, strict=True)
    ]


def _best(first: date, last: date, by: str) -> list[Mapping[str, Any]]:
    rows = queries.best_products(first=first, last=last, by=by)
    lengths = charts.shares([row[by] for row in rows])
    return [{**row, "share": share} for row, share in zip(rows, lengths, strict=True)]


def _order_tasks(request: HttpRequest) -> list[dict[str, Any]]:
    counts = worklists.order_counts()
    return [
        _task(label, counts[name], admin_link("orders.order", queue=name), worklists.ICONS[name])
        for name, label in worklists.queues_for(request.user)
        if counts[name] or name not in worklists.SHOWN_WHEN_WAITING
    ]


# Who is waited for in each work list of returns.
_RETURN_RIGHTS = {"to_approve": CHANGE_RETURN, "to_receive": RECEIVE, "to_refund": SEND_MONEY}


def _return_tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """The returns that wait for this person; those that wait for others are in the menu."""
    mine = [name for name, right in _RETURN_RIGHTS.items() if request.user.has_perm(right)]
    counts = return_list.return_counts() if mine else {}
    return [
        _task(
            f"Returns {return_list.QUEUES[name][0].lower()}",
            counts[name],
            admin_link("orders.return", queue=name),
            return_list.ICONS[name],
        )
        for name in mine
    ]


def _background_tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """What should have happened by itself and did not; most days nothing."""
    found = []
    if request.user.has_perm(SEE_FILES) and (late := queries.late_papers(now=timezone.now())):
        found.append(_task("Papers not made yet", late, admin_link("documents.orderfile"), "description"))
    if request.user.has_perm("orders.view_notification") and (unsent := queries.overdue_emails()):
        link = admin_link("orders.notification", state="overdue")
        found.append(_task("Emails not sent", unsent, link, "outgoing_mail"))
    if request.user.has_perm("background.view_failedtask") and (failed := worklists.failed_work()):
        link = admin_link("background.failedtask", state__exact="failed")
        found.append(_task("Work that failed", failed, link, "sync_problem"))
    return found


def _feedback(first: date, last: date, tasks: list[dict[str, Any]]) -> dict[str, Any]:
    found = queries.feedback(first=first, last=last)
    if not found.reachable:
        return {"feedback": found}
    link = admin_link("reviews.review", status__exact="held")
    tasks.append(_task("Reviews to approve", found.waiting, link, "rate_review"))
    lengths = charts.shares(list(found.ratings.values()))
    stars = [
        charts.Row(label=f"{rating} star{'s' if rating > 1 else ''}", text=str(count), share=share)
        for (rating, count), share in zip(found.ratings.items(), lengths, strict=True)
    ]
    return {"feedback": found, "ratings": stars}


def _question_tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """Questions about products that wait for the shop; answers of buyers for who may publish them."""
    found = queries.questions_waiting()
    if not found.reachable:
        return []
    link = admin_link("reviews.question", answered="no")
    tasks = [_task("Product questions to answer", found.unanswered, link, "help")]
    if request.user.has_perm("reviews.moderate_question"):
        link = admin_link("reviews.answer", status__exact="held")
        tasks.append(_task("Answers to approve", found.answers, link, "reply"))
    return tasks


def _task(label: str, count: int, url: str, icon: str) -> dict[str, Any]:
    return {"label": label, "count": count, "url": url, "icon": icon}
