"""Zones and ways of delivery in the staff site, and a page to try what would be offered."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import StackedInline
from unfold.decorators import action

from ecommerce.lib.money import format_money
from orders.admin.base import SignedAdmin
from orders.forms.try_delivery import TryDeliveryForm
from orders.models import DeliveryZone, ShippingMethod, ShippingRate


@admin.register(DeliveryZone)
class DeliveryZoneAdmin(SignedAdmin):
    list_display = ("name", "where", "used_by", "position", "is_suspended")
    list_filter = ("is_suspended",)
    search_fields = ("name", "countries", "postal_codes")
    fieldsets = (
        (None, {"fields": ("name", "countries", "position")}),
        (
            "Postal codes",
            {
                "fields": ("postal_codes", "excluded_postal_codes"),
                "description": "A zone of postal codes goes before a zone of countries: where it covers an "
                "address, only its own prices count.",
            },
        ),
        ("For staff", {"fields": ("is_suspended", "active_from", "active_until", "comments")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("rates__method")

    @admin.display(description="Where")
    def where(self, zone: DeliveryZone) -> str:
        codes = zone.countries.split()
        words = "everywhere" if not codes else " ".join(codes[:6]) + (" …" if len(codes) > 6 else "")
        only = "some postal codes" if zone.postal_codes else ""
        but = "without some postal codes" if zone.excluded_postal_codes else ""
        return ", ".join(filter(None, [words, only, but]))

    @admin.display(description="Used by")
    def used_by(self, zone: DeliveryZone) -> str:
        names = {rate.method.name for rate in zone.rates.all() if not rate.method.is_deleted}
        return ", ".join(sorted(names)) or "nothing"


class RateInline(StackedInline):
    """The prices of a method. Empty bounds are open; one rate without any is enough to begin with."""

    model = ShippingRate
    verbose_name, verbose_name_plural = "price", "prices"
    extra = 0
    fields = (
        ("zone", "position"),
        ("price", "free_from"),
        ("days_min", "days_max"),
        ("weight_from", "weight_to"),
        ("subtotal_from", "subtotal_to"),
        ("quantity_from", "quantity_to"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("method", "zone")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "zone":
            field.choices = list(field.choices)  # read once, not for every rate
        return field


@admin.register(ShippingMethod)
class ShippingMethodAdmin(SignedAdmin):
    list_display = ("name", "code", "kind", "carrier", "prices", "position", "is_suspended")
    search_fields = ("name", "code", "carrier")
    list_filter = ("kind", "is_suspended")
    inlines = (RateInline,)
    actions_list = ("try_it",)
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "handling_days", "position")}),
        ("Carrier, for parcels", {"fields": ("carrier", "tracking_url")}),
        (
            "Where it is collected",
            {"fields": ("pickup_name", "line1", "postal_code", "city", "country", "opening_hours")},
        ),
        ("For staff", {"fields": ("is_suspended", "active_from", "active_until", "comments")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("rates__zone")

    @admin.display(description="Prices")
    def prices(self, method: ShippingMethod) -> SafeString | str:
        rows = ((_price_in_words(rate),) for rate in method.rates.all())
        return format_html_join("\n", "<div>{}</div>", rows) or "Without a price it is offered nowhere."

    @action(description="Try it", url_path="try", permissions=["view"])
    def try_it(self, request: HttpRequest) -> HttpResponse:
        """What would be offered for a place and goods, and the day it would arrive. Writes nothing."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        form = TryDeliveryForm(request.GET or None)
        valid = form.is_valid()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Try delivery",
            "form": form,
            "tried": valid,
            "options": form.options() if valid else [],
            "back": reverse("admin:orders_shippingmethod_changelist"),
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "dashboard/try_delivery.html", context, status=status)


def _price_in_words(rate: ShippingRate) -> str:
    """ "Germany: €3.90, free from €60.00, up to 5 kg"."""
    parts = [format_money(rate.price)]
    if rate.free_from is not None:
        parts.append(f"free from {format_money(rate.free_from)}")
    if rate.limits:
        parts.append(rate.limits)
    return f"{rate.zone or 'Everywhere'}: {', '.join(parts)}"
