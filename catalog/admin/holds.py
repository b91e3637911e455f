"""What is promised to whom and until when, and ending such a promise before its time."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from catalog.admin.base import ReadOnlyAdmin
from catalog.models import Hold
from catalog.services import inventory
from ecommerce.lib.errors import DomainError

_TO_COME = "Still to come"


class HolderFilter(admin.SimpleListFilter):
    title = "kept for"
    parameter_name = "for"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("a-while", "Baskets and callers"), ("orders", "Orders")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("a-while", "orders"):
            return queryset.filter(expires_at__isnull=self.value() == "orders")
        return queryset


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["reference", "sku", "thing", "quantity", "place", "state_words", "until"]
    list_select_related = ["item__variant__product", "item__location"]
    list_filter = ["state", HolderFilter, "item__location"]
    search_fields = ["reference", "item__variant__sku", "item__variant__product__name"]
    # What is held now comes first; the index on state and end has this order.
    ordering = ["state", "expires_at", "pk"]
    actions = ["release_chosen"]

    @display(description="SKU", ordering="item__variant__sku")
    def sku(self, hold: Hold) -> str:
        return hold.item.variant.sku

    @display(description="Product")
    def thing(self, hold: Hold) -> str:
        return hold.item.variant.full_name

    @display(description="Where")
    def place(self, hold: Hold) -> str:
        return str(hold.item.location)

    @display(
        description="State",
        label={"Held": "success", _TO_COME: "warning", "Shipped": "info"},
    )
    def state_words(self, hold: Hold) -> str:
        if hold.is_backorder and hold.state == Hold.State.ACTIVE:
            return _TO_COME
        return Hold.State(hold.state).label

    @display(description="Until", empty_value="It is sent")
    def until(self, hold: Hold) -> datetime | None:
        return hold.expires_at

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.change_hold")

    @admin.action(description="Release", permissions=["release"])
    def release_chosen(self, request: HttpRequest, rows: QuerySet[Hold]) -> None:
        """Each by itself; those kept for an order are named and stay."""
        freed = 0
        for hold in rows.select_related("item__variant__product"):
            try:
                freed += inventory.release_hold(hold=hold)
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
        words = f"{freed} piece{'s' if freed != 1 else ''} released."
        self.message_user(request, words, messages.SUCCESS if freed else messages.WARNING)
