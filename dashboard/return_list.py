"""The work lists of returns: the sidebar and the list count and show the same ones."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from orders.models import Return

QUEUES: dict[str, tuple[str, str]] = {
    "to_approve": ("To approve", Return.Status.REQUESTED),
    "to_receive": ("To receive", Return.Status.APPROVED),
    "to_refund": ("To refund", Return.Status.RECEIVED),
}

ICONS = {"to_approve": "rule", "to_receive": "move_to_inbox", "to_refund": "currency_exchange"}


def return_counts() -> dict[str, int]:
    """How many returns are in each queue. One query, which reads open returns only."""
    counts: dict[str, Any] = {
        name: Count("pk", filter=Q(status=status)) for name, (_, status) in QUEUES.items()
    }
    return Return.objects.filter(status__in=Return.OPEN).aggregate(**counts)


class ReturnQueueFilter(admin.SimpleListFilter):
    """The work lists of the sidebar."""

    title = "work list"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, title) for name, (title, _) in QUEUES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = QUEUES.get(self.value() or "")
        return queryset.filter(status=chosen[1]) if chosen else queryset
