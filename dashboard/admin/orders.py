"""Orders in the staff site: the list, and the addresses of the order pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from dashboard import order_bulk, order_changes, order_list, order_pages, refund_pages
from dashboard.order_actions import ACTIONS, OrderAction
from dashboard.rights import AMOUNTS, PACK
from dashboard.templatetags import staff
from ecommerce.lib.field_rights import FieldRights
from ecommerce.lib.money import format_money
from orders.models import Order


def _bulk(action: OrderAction) -> Callable[..., HttpResponse]:
    @admin.action(description=action.bulk_label)
    def run(model_admin: "OrderAdmin", request: HttpRequest, rows: QuerySet) -> HttpResponse:
        return order_bulk.run(model_admin, request, rows, action)

    run.__name__ = action.code
    return run


@admin.action(description="Print papers and labels")
def papers(model_admin: "OrderAdmin", request: HttpRequest, rows: QuerySet) -> HttpResponse:
    return order_bulk.print_chosen(model_admin, request, rows)


@admin.action(description="Print pick list")
def pick_list(model_admin: "OrderAdmin", request: HttpRequest, rows: QuerySet) -> HttpResponse:
    return order_bulk.pick_chosen(model_admin, request, rows)


@admin.register(Order)
class OrderAdmin(FieldRights, ModelAdmin):
    """Nothing is typed into an order: its states change by actions, which call services."""

    field_rights: ClassVar = dict.fromkeys(
        ("total_shown", "subtotal", "total", "shipping_total", "discount_total", "tax_total", "quote",
         "amount_paid", "amount_credited", "payment_status", "method"),
        AMOUNTS,
    )  # fmt: skip

    list_display = ("order", "customer_shown", "placed", "total_shown", "states", "flags")
    list_display_links = ("order",)
    list_filter = (
        order_list.QueueFilter,
        "status",
        "payment_status",
        "fulfilment_status",
        order_list.PaymentMethodFilter,
        "placed_at",
    )
    # The words are looked up by `search_orders`; unfold shows the box when this is not empty.
    search_fields = ("number",)
    search_help_text = "Number, email, name, SKU, tracking, phone"
    date_hierarchy = "placed_at"
    ordering = ("-placed_at", "-pk")
    list_per_page = 50
    show_full_result_count = False
    paginator = order_list.BoundedPaginator
    change_list_template = "dashboard/order_list.html"
    view_on_site = False
    actions = [*(_bulk(action) for action in ACTIONS.values() if action.in_bulk), papers, pick_list]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # The quote is the whole calculation in JSON; the list has no use for it.
        return (
            super()
            .get_queryset(request)
            .defer("quote", "billing_address", "promise_terms", "comments", "note")
        )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> Any:
        return order_list.search_orders(queryset, search_term), False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        return {name: entry for name, entry in found.items() if _may(request, name)}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" and not _may(request, request.POST.get("action", "")):
            raise PermissionDenied
        if request.method == "GET" and (order := order_list.named_exactly(request.GET.get("q", ""))):
            return redirect("admin:orders_order_change", order.pk)
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return order_pages.detail(request, self, object_id)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(
                lambda request, **kwargs: view(request, self, **kwargs)  # the admin goes with it
            )

        return [
            path("papers/", page(order_bulk.papers), name="orders_order_papers"),
            path("pick-list/", page(order_bulk.pick_queue), name="orders_order_pick_list"),
            path("<int:pk>/do/<slug:code>/", page(order_pages.act), name="orders_order_act"),
            path("<int:pk>/edit/", page(order_changes.edit), name="orders_order_edit"),
            path("<int:pk>/address/", page(order_changes.address), name="orders_order_address"),
            path("<int:pk>/refund/", page(refund_pages.refund), name="orders_order_refund"),
            path("<int:pk>/note/", page(order_pages.note), name="orders_order_note"),
            *super().get_urls(),
        ]

    @display(description="Order", ordering="number")
    def order(self, order: Order) -> str:
        return order.number

    @display(description="Customer", ordering="name")
    def customer_shown(self, order: Order) -> SafeString:
        return format_html('{}<br><span class="st-muted">{}</span>', order.name, order.email)

    @display(description="Placed", ordering="placed_at")
    def placed(self, order: Order) -> SafeString:
        when = staff.local_time(order.placed_at)
        return format_html('{}<br><span class="st-muted">{} ago</span>', when, staff.age(order))

    @display(description="Total", ordering="total")
    def total_shown(self, order: Order) -> str:
        return format_money(order.total, order.currency)

    @display(description="State", ordering="status")
    def states(self, order: Order) -> SafeString:
        fields = ("status", "payment_status", "fulfilment_status")
        badges = [staff.state_badge(order, field) for field in fields]
        return format_html('<span class="st-badges">{}{}{}</span>', *badges)

    @display(description="Look at")
    def flags(self, order: Order) -> SafeString:
        return format_html('<span class="st-badges">{}</span>', staff.order_flags(order))


def _may(request: HttpRequest, name: str) -> bool:
    """Whether the person may run the bulk action `name`."""
    if name in ACTIONS:
        return ACTIONS[name].permitted(request.user)
    if not name:  # none was chosen, which the list says in words
        return any(action.permitted(request.user) for action in ACTIONS.values())
    return request.user.has_perm(PACK)
