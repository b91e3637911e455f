"""The log of webhooks: to look at, and to send again. Nothing is typed into it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from ecommerce.lib.errors import DomainError
from ecommerce.lib.read_only_admin import ReadOnly
from webhooks.event_types import TEST, EventType
from webhooks.models import Attempt, Delivery
from webhooks.services import repeating

MOST_AT_ONCE = 500
_STATES = {"Pending": "warning", "Delivered": "success", "Failed": "danger", "Given up": "info"}


class EventTypeFilter(admin.SimpleListFilter):
    title = "event"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value) for value in [*EventType.values, TEST]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(event__type=self.value()) if self.value() else queryset


class AttemptInline(ReadOnly, TabularInline):
    model = Attempt
    verbose_name_plural = "Tries"
    fields = ("at", "status_code", "duration_ms", "answer")
    readonly_fields = fields
    extra = 0
    hide_title = True


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, ModelAdmin):
    list_display = (
        "created_at",
        "event",
        "endpoint",
        "state_shown",
        "attempts",
        "last_status",
        "next_try_at",
    )
    list_select_related = ("event", "endpoint")
    list_filter = ("state", EventTypeFilter, "endpoint")
    search_fields = ("=event__public_id", "=event__object_id")
    search_help_text = "ID of an event, or what it is about: a SKU, an order's id"
    show_full_result_count = False
    list_per_page = 50
    actions = ("send_again",)
    fields = (
        "event_id_shown",
        "event",
        "endpoint",
        "state",
        "attempts",
        "next_try_at",
        "delivered_at",
        "created_at",
        "message",
    )
    inlines = (AttemptInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event", "endpoint")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_endpoint")

    @action(description="Send again", permissions=["replay"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Each stands for itself: those that cannot be sent are named with the reason."""
        sent = 0
        for delivery in queryset.order_by("pk")[:MOST_AT_ONCE]:
            try:
                repeating.replay(delivery=delivery)
                sent += 1
            except DomainError as error:
                self.message_user(request, f"{delivery}: {error.message}", messages.ERROR)
        if sent:
            self.message_user(request, f"{sent} sent again.", messages.SUCCESS)

    @display(description="State", ordering="state", label=_STATES)
    def state_shown(self, delivery: Delivery) -> str:
        return delivery.get_state_display()

    @display(description="Event ID")
    def event_id_shown(self, delivery: Delivery) -> str:
        return delivery.event.public_id

    @display(description="Message")
    def message(self, delivery: Delivery) -> str:
        """What is sent, laid out to be read."""
        text = json.dumps(json.loads(delivery.event.payload), indent=2, ensure_ascii=False)
        return format_html('<pre class="st-payload">{}</pre>', text)
