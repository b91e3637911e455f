"""Invoices and credit notes in the staff site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ecommerce.lib.money import format_money
from orders.models import CreditNote, Invoice


class PaperAdmin(ModelAdmin):
    """To look at only: a paper is never edited, whatever the role."""

    show_full_result_count = False

    @admin.display(description="Amount", ordering="amount")
    def total(self, paper: Any) -> str:
        return format_money(paper.amount, paper.currency)

    @admin.display(description="PDF kept", boolean=True)
    def has_file(self, paper: Any) -> bool:
        return paper.file_stored_at is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Invoice)
class InvoiceAdmin(PaperAdmin):
    list_display = ("number", "order", "issued_at", "due_on", "total", "has_file")
    list_select_related = ("order",)
    search_fields = ("number", "order__number")
    fields = (
        "number",
        "order",
        "store",
        "corrects",
        "issued_at",
        "due_on",
        "amount",
        "currency",
        "file_stored_at",
        "snapshot",
    )


@admin.register(CreditNote)
class CreditNoteAdmin(PaperAdmin):
    list_display = ("number", "order", "invoice", "issued_at", "total", "reason", "has_file")
    list_select_related = ("order", "invoice")
    search_fields = ("number", "order__number", "invoice__number")
    fields = (
        "number",
        "order",
        "invoice",
        "store",
        "issued_at",
        "amount",
        "currency",
        "reason",
        "file_stored_at",
        "snapshot",
    )
