"""Places where stock lies, and people who wait for things to come back."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.admin.base import ReadOnlyAdmin
from catalog.models import StockLocation, StockRequest
from catalog.services import inventory
from ecommerce.lib.field_rights import FieldRights


@admin.register(StockLocation)
class StockLocationAdmin(ModelAdmin):
    list_display = ["name", "code", "position", "is_active", "pieces"]
    fields = ["name", "code", "position", "is_active"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockLocation]:
        return super().get_queryset(request).annotate(pieces=Coalesce(Sum("stock_items__on_hand"), 0))

    @display(description="Pieces", ordering="pieces")
    def pieces(self, location: Any) -> int:
        return location.pieces

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The code of a place is its name for programs; it stays."""
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A place that has ever had stock keeps its movements; it is put out of use instead."""
        return super().has_delete_permission(request, obj) and not (obj and obj.stock_items.exists())

    def save_model(self, request: HttpRequest, obj: StockLocation, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            inventory.use_location(location=obj, is_active=obj.is_active)


class RequestStateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("told", "Told"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "waiting":
                return queryset.filter(notified_at=None, cancelled_at=None)
            case "told":
                return queryset.filter(notified_at__isnull=False)
            case "ended":
                return queryset.filter(cancelled_at__isnull=False)
        return queryset


@admin.register(StockRequest)
class StockRequestAdmin(FieldRights, ReadOnlyAdmin):
    """How many wait for what; who they are is for those who may see customers."""

    field_rights: ClassVar = {"email": "customers.view_user", "last_error": "customers.view_user"}
    list_display = ["created_at", "email", "sku", "thing", "state_words", "notified_at"]
    list_select_related = ["variant__product"]
    list_filter = [RequestStateFilter, "created_at"]
    search_fields = ["email", "variant__sku", "variant__product__name"]
    fields = ["email", "variant", "created_at", "notified_at", "cancelled_at", "attempts", "last_error"]

    @display(description="SKU", ordering="variant__sku")
    def sku(self, wish: StockRequest) -> str:
        return wish.variant.sku

    @display(description="Product")
    def thing(self, wish: StockRequest) -> str:
        return wish.variant.full_name

    @display(description="State", label={"Waiting": "warning", "Told": "success", "Ended": "info"})
    def state_words(self, wish: StockRequest) -> str:
        return wish.state
