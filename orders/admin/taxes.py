"""Tax rates and regions in the staff site."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django_countries import countries
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from orders.models import TaxRate, TaxRegion
from orders.services.tax_seed import planned_changes, seed_tax_rates


class CountryFilter(admin.SimpleListFilter):
    """The countries that have rows, and no others."""

    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = model_admin.model.objects.order_by().values_list("country", flat=True).distinct()
        return sorted(((code, str(countries.name(code) or code)) for code in codes), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(country=self.value()) if self.value() else queryset


class TaxRateForm(forms.ModelForm):
    """A rate, with the regions there are to choose from."""

    region = forms.ChoiceField(
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="A part of the country with rates of its own, or the whole country.",
    )

    class Meta:
        model = TaxRate
        fields = ("country", "region", "tax_class", "rate", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            regions = [(row.code, f"{row.country}: {row}") for row in TaxRegion.objects.all()]
            self.fields["region"].choices = [("", "The whole country"), *regions]  # type: ignore[attr-defined]


@admin.register(TaxRate)
class TaxRateAdmin(ModelAdmin):
    """Rates are dated: a new one is added, and the one before is ended on the day it begins."""

    form = TaxRateForm
    list_display = ("country_name", "region", "tax_class", "percent", "valid_from", "valid_until")
    list_filter = (CountryFilter, "tax_class", "region")
    search_fields = ("country", "region")
    list_per_page = 100
    actions_list = ("load_rates",)

    @display(description="Country", ordering="country")
    def country_name(self, rate: TaxRate) -> str:
        return str(countries.name(str(rate.country)) or rate.country)

    @display(description="Rate", ordering="rate")
    def percent(self, rate: TaxRate) -> str:
        return f"{rate.rate.normalize():f} %"

    @action(description="Load EU rates", url_path="to-load", permissions=["load"])
    def load_rates(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:orders_taxrate_load")

    def has_load_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Loading adds rates and ends others."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def get_urls(self) -> list[URLPattern]:
        load = path("load/", self.admin_site.admin_view(self.load_view), name="orders_taxrate_load")
        return [load, *super().get_urls()]

    def load_view(self, request: HttpRequest) -> HttpResponse:
        """What loading would change; posting it does so."""
        if not self.has_load_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            report = seed_tax_rates(today=timezone.localdate())
            level = messages.INFO if report.is_empty else messages.SUCCESS
            for sentence in report.sentences:
                self.message_user(request, sentence, level)
            return redirect("admin:orders_taxrate_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": "Load EU rates",
            "opts": self.opts,
            "report": planned_changes(today=timezone.localdate()),
        }
        return TemplateResponse(request, "orders/admin/load_tax_rates.html", context)


@admin.register(TaxRegion)
class TaxRegionAdmin(ModelAdmin):
    """Parts of countries with rates of their own, by postal code."""

    list_display = ("name", "code", "country_name", "postal_codes", "outside_eu_vat")
    list_filter = (CountryFilter, "outside_eu_vat")
    search_fields = ("name", "code", "postal_codes")

    @display(description="Country", ordering="country")
    def country_name(self, region: TaxRegion) -> str:
        return str(countries.name(str(region.country)) or region.country)

    def get_readonly_fields(self, request: HttpRequest, obj: TaxRegion | None = None) -> tuple[str, ...]:
        """Rates name a region by its code and country, so these stay."""
        return ("code", "country") if obj else ()
