"""What the catalogue's admin pages share: authors, soft deletion, refusals in words."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from catalog.services.products import stamp_author
from ecommerce.lib.errors import DomainError
from ecommerce.lib.read_only_admin import ReadOnly

PRIVATE_FIELDS = ["comments", "active_from", "active_until", "is_suspended"]


class CatalogAdmin(ModelAdmin):
    """Fills in who wrote a row; deletes by `delete_row`, which may refuse with a DomainError."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        stamp_author(obj, request.user)
        super().save_model(request, obj, form, change)

    def delete_row(self, request: HttpRequest, row: Any) -> None:
        stamp_author(row, request.user)
        row.save(update_fields=["modified_by"])
        row.delete()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.delete_row(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            try:
                self.delete_row(request, row)
            except DomainError as error:
                self.message_user(request, f"{row} was kept. {error.message}", messages.ERROR)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            meta = self.model._meta
            return redirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id]))

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Only the rows themselves: deletion is soft, so nothing that points at them goes or blocks."""
        rows = list(objs)
        allowed = all(self.has_delete_permission(request, row) for row in rows)
        name = str(self.model._meta.verbose_name_plural)
        return [str(row) for row in rows], {name: len(rows)}, set() if allowed else {name}, []


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """A list to look at: services alone write these rows."""

    list_per_page = 50
    show_full_result_count = False
