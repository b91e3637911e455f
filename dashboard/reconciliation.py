"""The reconciliation list: what is not right with money, and the buttons that set it right."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.repairs import buttons_of
from ecommerce.lib.money import round_money
from ecommerce.lib.spreadsheets import stream_csv
from payments.services.reconciliation import KINDS, Finding, find_all

PAGE_SIZE = 50
_COUNT_KEY, _COUNT_SECONDS = "reconciliation-count", 300
_HEADER = ("Kind", "What", "Since", "Order", "Amount", "Currency", "Payment", "Facts")


def may_see(user: Any) -> bool:
    return user.has_perm("payments.view_payment") or user.has_perm("payments.change_payment")


def open_count() -> int:
    """How many findings there are, for the home page: some minutes old at most."""
    return cache.get_or_set(_COUNT_KEY, lambda: len(find_all()), _COUNT_SECONDS) or 0


def known_count() -> int:
    """The same for the sidebar, which costs every page nothing: as last counted, 0 while nobody has."""
    return cache.get(_COUNT_KEY) or 0


def forget_count() -> None:
    """Count anew the next time: somebody has repaired something."""
    cache.delete(_COUNT_KEY)


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """All findings by kind, the oldest first; `?kind=` shows one kind. Queries do not grow with them."""
    if not may_see(request.user):
        raise PermissionDenied
    findings = find_all()
    cache.set(_COUNT_KEY, len(findings), _COUNT_SECONDS)
    counts, kind = Counter(finding.kind for finding in findings), _kind(request)
    page = Paginator(_of_kind(findings, kind), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        {"finding": finding, "buttons": buttons_of(finding, request.user, back=kind)}
        for finding in page.object_list
    ]
    context = {
        **admin.site.each_context(request),
        "title": "Reconciliation",
        "kinds": [(code, KINDS[code][0], counts[code]) for code in KINDS if counts[code]],
        "kind": kind,
        "total": len(findings),
        "page": page,
        "groups": _groups(rows, counts),
        "may_see_orders": request.user.has_perm("orders.view_order")
        or request.user.has_perm("orders.change_order"),
    }
    return TemplateResponse(request, "dashboard/reconciliation.html", context)


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in KINDS else ""


def _of_kind(findings: list[Finding], kind: str) -> list[Finding]:
    return [finding for finding in findings if not kind or finding.kind == kind]


def _groups(rows: list[dict[str, Any]], counts: Counter) -> list[dict[str, Any]]:
    """The rows of a page under the heading of their kind."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        kind = row["finding"].kind
        title, help_text = KINDS[kind]
        group = {"code": kind, "title": title, "help": help_text, "count": counts[kind], "rows": []}
        groups.setdefault(kind, group)["rows"].append(row)
    return list(groups.values())


@require_safe
def table(request: HttpRequest) -> StreamingHttpResponse:
    """The same list for a spreadsheet."""
    if not may_see(request.user):
        raise PermissionDenied
    rows = (
        (
            KINDS[finding.kind][0],
            finding.title,
            f"{timezone.localtime(finding.since):%Y-%m-%d %H:%M}",
            finding.order.number if finding.order else "",
            "" if finding.amount is None else round_money(finding.amount, finding.currency),
            finding.currency,
            finding.payment.reference if finding.payment else "",
            finding.facts,
        )
        for finding in _of_kind(find_all(), _kind(request))
    )
    return stream_csv(f"reconciliation-{timezone.localdate():%Y-%m-%d}.csv", _HEADER, rows)
