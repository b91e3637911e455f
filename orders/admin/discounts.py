"""Discounts in the staff site."""

from django.contrib import admin

from ecommerce.lib.money import format_money
from orders.admin.base import SignedAdmin
from orders.models import Discount


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
