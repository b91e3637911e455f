"""Invoices and credit notes in the staff site."""

from typing import Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from ecommerce.lib.money import format_money
from ecommerce.lib.read_only_admin import ReadOnly
from orders.models import CreditNote, Invoice


class PaperAdmin(ReadOnly, ModelAdmin):
    """To look at only: a paper is never edited, whatever the role."""

    show_full_result_count = False

    @admin.display(description="Amount", ordering="amount")
    def total(self, paper: Any) -> str:
        return format_money(paper.amount, paper.currency)

    @admin.display(description="PDF kept", boolean=True)
    def has_file(self, paper: Any) -> bool:
        return paper.file_stored_at is not None


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
