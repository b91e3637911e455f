"""Imports of products in the staff site: the list, and the pages of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import display

from catalog.admin import import_pages as pages
from catalog.models import ProductImport

_STATES = {
    "ready": "warning", "applied": "success", "refused": "danger", "undone": "info",
    "checking": "info", "applying": "info", "undoing": "info",
}  # fmt: skip


@admin.register(ProductImport)
class ProductImportAdmin(ModelAdmin):
    list_display = [
        "file_name",
        "state_shown",
        "new_count",
        "changed_count",
        "error_count",
        "who",
        "created_at",
    ]
    list_display_links = ["file_name"]
    list_select_related = ["created_by"]
    list_filter = ["state"]
    search_fields = ["name"]
    search_help_text = "The file's name"
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return pages.new(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return pages.detail(request, self, object_id)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))

        return [
            path("<int:pk>/step/<slug:step>/", page(pages.step), name="catalog_productimport_step"),
            *super().get_urls(),
        ]

    @display(description="File", ordering="name")
    def file_name(self, row: ProductImport) -> str:
        return row.name

    @display(description="State", ordering="state", label=_STATES)
    def state_shown(self, row: ProductImport) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="By")
    def who(self, row: ProductImport) -> str:
        return row.created_by.get_full_name() if row.created_by else "–"
