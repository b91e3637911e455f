"""Invoices in the staff site."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ecommerce.lib.money import format_money
from orders.models import Invoice


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
