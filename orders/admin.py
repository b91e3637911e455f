"""The plain things of selling in the staff site. Orders themselves are in `dashboard`."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ecommerce.lib.money import format_money
from orders.models import Discount, Invoice, ShippingMethod, TaxRate


class SignedAdmin(ModelAdmin):
    """Remembers who made and last changed a row."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.modified_by = request.user
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(Discount)
class DiscountAdmin(SignedAdmin):
    list_display = ("name", "code", "kind", "worth", "used", "active_from", "active_until", "is_suspended")
    list_filter = ("kind", "is_suspended", "exclusive")
    search_fields = ("name", "code")
    autocomplete_fields = ("products", "categories")
    readonly_fields = ("uses",)
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "percent", "cap", "amount")}),
        (
            "When it applies",
            {"fields": ("active_from", "active_until", "minimum_spend", "products", "categories")},
        ),
        ("How often", {"fields": ("max_uses", "max_uses_per_customer", "uses")}),
        ("Together with others", {"fields": ("priority", "exclusive")}),
        ("For staff", {"fields": ("is_suspended", "comments")}),
    )

    @admin.display(description="Worth")
    def worth(self, discount: Discount) -> str:
        match discount.kind:
            case Discount.Kind.PERCENT:
                return f"{discount.percent.normalize():f} %"
            case Discount.Kind.AMOUNT:
                return format_money(discount.amount)
        return "Free delivery"

    @admin.display(description="Used", ordering="uses")
    def used(self, discount: Discount) -> str:
        return f"{discount.uses} of {discount.max_uses}" if discount.max_uses else str(discount.uses)


@admin.register(ShippingMethod)
class ShippingMethodAdmin(SignedAdmin):
    list_display = ("name", "code", "carrier", "price", "free_from", "countries", "days", "is_suspended")
    search_fields = ("name", "code", "carrier")
    list_filter = ("is_suspended",)
    fieldsets = (
        (None, {"fields": ("name", "code", "position")}),
        ("Carrier", {"fields": ("carrier", "tracking_url")}),
        ("Price", {"fields": ("price", "free_from")}),
        ("Where and how long", {"fields": ("countries", "max_weight_grams", "days_min", "days_max")}),
        ("For staff", {"fields": ("is_suspended", "active_from", "active_until", "comments")}),
    )

    @admin.display(description="Working days")
    def days(self, method: ShippingMethod) -> str:
        return f"{method.days_min} to {method.days_max}"


@admin.register(TaxRate)
class TaxRateAdmin(ModelAdmin):
    list_display = ("country", "tax_class", "rate", "valid_from", "valid_until")
    list_filter = ("tax_class",)
    search_fields = ("country",)


@admin.register(Invoice)
class InvoiceAdmin(ModelAdmin):
    """To look at only: an invoice is never edited, whatever the role."""

    list_display = ("number", "order", "issued_at", "due_on", "total", "has_file")
    list_select_related = ("order",)
    search_fields = ("number", "order__number")
    show_full_result_count = False
    fields = (
        "number",
        "order",
        "corrects",
        "issued_at",
        "due_on",
        "amount",
        "currency",
        "file_stored_at",
        "snapshot",
    )

    @admin.display(description="Amount", ordering="amount")
    def total(self, invoice: Invoice) -> str:
        return format_money(invoice.amount, invoice.currency)

    @admin.display(description="PDF kept", boolean=True)
    def has_file(self, invoice: Invoice) -> bool:
        return invoice.file_stored_at is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return False
