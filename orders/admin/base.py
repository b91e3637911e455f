"""What the staff pages of this app share."""

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
