"""Returns and withdrawals in the staff site."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from dashboard import return_pages
from dashboard.return_list import ReturnQueueFilter
from dashboard.rights import AMOUNTS, CHANGE_RETURN
from dashboard.templatetags import staff
from ecommerce.lib.field_rights import FieldRights
from ecommerce.lib.money import format_money
from orders.models import Order, Return, Withdrawal


class _Looked(ModelAdmin):
    """Nobody types into these rows: services write them."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Return)
class ReturnAdmin(FieldRights, _Looked):
    """States change by actions, which call services."""

    field_rights: ClassVar = {"money": AMOUNTS, "refund_amount": AMOUNTS}

    list_display = ("number", "order_link", "who", "requested", "pieces", "state", "money")
    list_display_links = ("number",)
    list_filter = (ReturnQueueFilter, "status", "kind", "requested_at")
    list_select_related = ("order",)
    search_fields = ("number", "order__number", "email")
    search_help_text = "Number of the return or of the order, email"
    ordering = ("-requested_at", "-pk")
    actions = ("approve",)
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).defer("order__quote")
        return rows.annotate(pieces_asked=Sum("lines__quantity"))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if request.user.has_perm(CHANGE_RETURN) else {}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return return_pages.detail(request, self, object_id)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))

        return [
            path("<int:pk>/do/<slug:code>/", page(return_pages.act), name="orders_return_act"),
            *super().get_urls(),
        ]

    @admin.action(description="Approve")
    def approve(self, request: HttpRequest, rows: QuerySet) -> None:
        return_pages.approve_all(request, rows)

    @display(description="Order", ordering="order__number")
    def order_link(self, return_: Return) -> SafeString:
        return order_link(return_.order)

    @display(description="Customer", ordering="email")
    def who(self, return_: Return) -> SafeString:
        return format_html('{}<br><span class="st-muted">{}</span>', return_.order.name, return_.email)

    @display(description="Asked for", ordering="requested_at")
    def requested(self, return_: Return) -> str:
        return staff.local_time(return_.requested_at)

    @display(description="Pieces")
    def pieces(self, return_: Return) -> int:
        return return_.pieces_asked or 0  # type: ignore[attr-defined]

    @display(description="State", ordering="status")
    def state(self, return_: Return) -> SafeString:
        owed = staff.badge("Bank is asked", "bad") if return_.refund_is_owed else ""
        is_withdrawal = return_.kind == Return.Kind.WITHDRAWAL
        kind = staff.badge(return_.get_kind_display()) if is_withdrawal else ""
        return format_html('<span class="st-badges">{}{}{}</span>', staff.state_badge(return_), kind, owed)

    @display(description="Refund", ordering="refund_amount")
    def money(self, return_: Return) -> str:
        if return_.refund_amount is None:
            return ""
        return format_money(return_.refund_amount, return_.order.currency)


@admin.register(Withdrawal)
class WithdrawalAdmin(_Looked):
    """Statements as they reached us; nobody changes them."""

    list_display = ("received_at", "order_link", "name", "email")
    list_filter = ("received_at",)
    list_select_related = ("order",)
    search_fields = ("order__number", "name", "email")
    ordering = ("-received_at", "-pk")
    fields = ("order_link", "name", "email", "received_at", "statement", "effect")
    readonly_fields = fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Order", ordering="order__number")
    def order_link(self, withdrawal: Withdrawal) -> SafeString:
        return order_link(withdrawal.order)


def order_link(order: Order) -> SafeString:
    address = reverse("admin:orders_order_change", args=[order.pk])
    return format_html(
        '<a href="{}" class="text-primary-600 dark:text-primary-500 underline">{}</a>', address, order.number
    )
