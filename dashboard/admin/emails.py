"""Emails to shoppers in the staff site: what went out, what waits, and why."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from dashboard.rights import CHANGE
from ecommerce.lib.read_only_admin import ReadOnly
from orders.models import Notification
from orders.services.notifications import overdue, send_notification

MOST_AT_ONCE = 200


def _state(name: str | None, now: datetime) -> Q:
    match name:
        case "sent":
            return Q(sent_at__isnull=False)
        case "waiting":
            return Q(sent_at=None)
        case "overdue":
            return overdue(now)
    return Q()


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Overdue"), ("waiting", "Not sent yet"), ("sent", "Sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(_state(self.value(), timezone.now()))


@admin.register(Notification)
class NotificationAdmin(ReadOnly, ModelAdmin):
    """To look at, and to send what is late without waiting for the next sweep."""

    list_display = ("created_at", "kind", "to", "order", "state_shown", "attempts", "last_error")
    list_select_related = ("order",)
    list_filter = (StateFilter, "kind")
    search_fields = ("=to", "=order__number")
    search_help_text = "An email address or an order number"
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-created_at",)
    actions = ("send_now",)
    fields = ("kind", "to", "order", "created_at", "sent_at", "attempts", "last_error")

    def has_send_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(CHANGE))

    @action(description="Send now", permissions=["send"])
    def send_now(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        """Those that went out already are not sent again; the others say why they did not go."""
        owed = list(queryset.filter(sent_at=None).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
        sent = sum(send_notification(pk) for pk in owed)
        if sent:
            self.message_user(request, f"{sent} sent.", messages.SUCCESS)
        if failed := len(owed) - sent:
            words = "The list says why; they are tried again every minute."
            self.message_user(request, f"{failed} not sent. {words}", messages.ERROR)
        if not owed:
            self.message_user(request, "All of them are sent already.", messages.INFO)

    @display(
        description="State",
        ordering="sent_at",
        label={"Sent": "success", "Waiting": "info", "Overdue": "danger"},
    )
    def state_shown(self, email: Notification) -> str:
        if email.sent_at:
            return "Sent"
        return "Overdue" if email.is_overdue(timezone.now()) else "Waiting"
