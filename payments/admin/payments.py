"""Payments in the staff site: to look at only. Money moves by actions on its order."""

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline

from ecommerce.lib.money import format_money
from ecommerce.lib.read_only_admin import ReadOnly
from payments.models import Alert, GatewayEvent, Payment, Refund


class RefundInline(ReadOnly, TabularInline):
    model = Refund
    fields = (
        "amount",
        "status",
        "method",
        "attempts",
        "reason",
        "external_id",
        "failure_reason",
        "created_at",
        "done_at",
    )
    readonly_fields = fields  # some of them cannot be in any form
    extra = 0


@admin.register(Payment)
class PaymentAdmin(ReadOnly, ModelAdmin):
    list_display = ("reference", "order", "gateway", "total", "sent_back", "status", "created_at")
    list_select_related = ("order",)
    list_filter = ("status",)
    search_fields = ("reference", "external_id", "order__number")
    show_full_result_count = False
    fields = (
        "order",
        "gateway",
        "status",
        "amount",
        "refunded_amount",
        "currency",
        "reference",
        "external_id",
        "charge_id",
        "failure_reason",
        "created_at",
        "captured_at",
        "authorised_until",
        "held_since",
        "held_reason",
        "reported_amount",
        "reported_currency",
        "closed_at_gateway",
    )
    inlines = (RefundInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("order")

    @admin.display(description="Amount", ordering="amount")
    def total(self, payment: Payment) -> str:
        return format_money(payment.amount, payment.currency)

    @admin.display(description="Sent back")
    def sent_back(self, payment: Payment) -> str:
        return format_money(payment.refunded_amount, payment.currency) if payment.refunded_amount else ""


@admin.register(Refund)
class RefundAdmin(ReadOnly, ModelAdmin):
    list_display = ("created_at", "order_number", "total", "status", "reason")
    list_select_related = ("payment__order",)
    list_filter = ("status",)
    search_fields = ("key", "external_id", "payment__order__number")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("payment__order")

    @admin.display(description="Order")
    def order_number(self, refund: Refund) -> str:
        return refund.payment.order.number

    @admin.display(description="Amount", ordering="amount")
    def total(self, refund: Refund) -> str:
        return format_money(refund.amount, refund.payment.currency)


@admin.register(GatewayEvent)
class GatewayEventAdmin(ReadOnly, ModelAdmin):
    list_display = ("received_at", "gateway", "kind", "event_id", "outcome", "resolved_at")
    list_filter = ("gateway", "outcome")
    search_fields = ("event_id", "kind")
    show_full_result_count = False
    fields = (
        "gateway",
        "kind",
        "event_id",
        "received_at",
        "payment",
        "outcome",
        "stored_payload",
        "resolved_at",
        "resolved_by",
        "note",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("payment__order", "resolved_by")

    @admin.display(description="Payload")
    def stored_payload(self, event: GatewayEvent) -> str:
        """What the gateway sent, as it was kept."""
        text = json.dumps(event.payload, indent=2, ensure_ascii=False, sort_keys=True)
        return format_html('<pre class="st-payload">{}</pre>', text)


@admin.register(Alert)
class AlertAdmin(ReadOnly, ModelAdmin):
    """What the reconciliation list was told, and what staff said of it: for whoever audits the books."""

    list_display = ("raised_at", "kind", "order", "message", "resolved_at", "resolved_by", "note")
    list_select_related = ("order", "resolved_by")
    list_filter = ("kind",)
    search_fields = ("message", "note", "order__number")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("order", "payment__order", "resolved_by")
