"""What the staff pages of this app share."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin


class SignedAdmin(ModelAdmin):
    """Remembers who made and last changed a row."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.modified_by = request.user
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Only the rows themselves: deletion is soft, so nothing that points at them goes or blocks."""
        rows = list(objs)
        allowed = all(self.has_delete_permission(request, row) for row in rows)
        name = str(self.model._meta.verbose_name_plural)
        return [str(row) for row in rows], {name: len(rows)}, set() if allowed else {name}, []
