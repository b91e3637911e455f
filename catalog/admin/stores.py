"""Stores, and the merchant's choices."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from catalog.admin.base import PRIVATE_FIELDS, CatalogAdmin
from catalog.models import Store, StoreSettings
from catalog.services.products import refresh_stock_states
from catalog.services.stores import clean_vat_number, delete_store, save_store
from ecommerce.lib.errors import DomainError


class StoreForm(forms.ModelForm):
    """Says beside the field what the service would refuse."""

    class Meta:
        model = Store
        fields = [
            "name", "owner", "description", "email", "phone", "line1", "postal_code", "city", "country",
            "vat_number", "invoice_prefix", *PRIVATE_FIELDS,
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"vat_number", "country"} & set(self.changed_data):
            try:
                clean_vat_number(data.get("vat_number", ""), data.get("country", ""))
            except DomainError as error:
                self.add_error("vat_number", error.message)
        return data


@admin.register(Store)
class StoreAdmin(CatalogAdmin):
    form = StoreForm
    list_display = ["name", "owner", "email", "city", "country", "is_suspended"]
    list_select_related = ["owner"]
    list_filter = ["is_suspended"]
    search_fields = ["name", "slug", "email", "city"]
    autocomplete_fields = ["owner"]
    readonly_fields = ["slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "owner", "description"]}),
        ("Contact", {"fields": ["email", "phone", "line1", "postal_code", "city", "country", "vat_number"]}),
        ("Papers", {"fields": ["invoice_prefix"]}),
        ("For staff", {"fields": PRIVATE_FIELDS, "classes": ["collapse"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        save_store(store=obj, fields=form.cleaned_data, actor=request.user)

    def delete_row(self, request: HttpRequest, row: Store) -> None:
        delete_store(store=row, actor=request.user)


@admin.register(StoreSettings)
class StoreSettingsAdmin(ModelAdmin):
    """One row, so its list is its form."""

    fieldsets = [
        (None, {"fields": ["name", "tagline", "contact_email", "contact_phone"]}),
        ("Selling", {"fields": ["seller", "country", "low_stock_at", "return_days"]}),
        ("VAT", {"fields": ["prices_include_tax", "reverse_charge"]}),
        (
            "Deadlines",
            {"fields": ["order_cutoff", "card_minutes", "unpaid_hours", "draft_days", "hold_minutes"]},
        ),
        ("Working days", {"fields": ["holiday_region", "closed_days"]}),
        ("Bank transfer", {"fields": ["bank_account_holder", "bank_iban", "bank_bic"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not StoreSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
        if StoreSettings.objects.exists():
            return redirect(reverse("admin:catalog_storesettings_change", args=[1]))
        return redirect("admin:catalog_storesettings_add")

    def save_model(self, request: HttpRequest, obj: StoreSettings, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "low_stock_at" in form.changed_data:
            refresh_stock_states()
