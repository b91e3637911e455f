"""Ways of delivery in the staff site."""

from django.contrib import admin

from orders.admin.base import SignedAdmin
from orders.models import ShippingMethod


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
