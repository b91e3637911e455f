"""Tax rates in the staff site."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from orders.models import TaxRate


@admin.register(TaxRate)
class TaxRateAdmin(ModelAdmin):
    list_display = ("country", "tax_class", "rate", "valid_from", "valid_until")
    list_filter = ("tax_class",)
    search_fields = ("country",)
