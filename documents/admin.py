"""Which files exist; made and changed by nobody here."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from documents.models import OrderFile
from ecommerce.lib.documents_admin import DocumentAdmin
from ecommerce.lib.read_only_admin import ReadOnly


@admin.register(OrderFile)
class OrderFileAdmin(DocumentAdmin, ReadOnly, ModelAdmin):
    """Read only: a file changes by making its paper again, never by hand."""

    list_display = ["file_name", "order_number", "kind", "size_text", "created_at", "download"]
    list_filter = ["file_type"]
    search_fields = ["order_number", "file_name"]
    search_help_text = "Order number or file name"
    ordering = ["-created_at"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["file_name", "order_number", "kind", "path", "content_type", "size_text", "checksum"]
    fields += ["created_at", "download"]
    readonly_fields = fields

    @admin.display(description="Type", ordering="file_type")
    def kind(self, file: OrderFile) -> str:
        return file.get_file_type_display()

    @admin.display(description="Size", ordering="size")
    def size_text(self, file: OrderFile) -> str:
        return filesizeformat(file.size)

    @admin.display(description="File")
    def download(self, file: OrderFile) -> SafeString:
        address = reverse("documents:download", args=[file.pk])
        return format_html('<a href="{}" class="text-primary-600 underline">Download</a>', address)
