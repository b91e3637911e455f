"""Fields of the staff site that only some people see."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest

# No group can have a permission that does not exist; a superuser has every one that is asked for.
SUPERUSERS = "auth.be_superuser"


class FieldRights:
    """Mix into a ModelAdmin: `field_rights` says which permission a field or column takes.

    Who lacks it neither sees the field, nor finds, filters or sorts rows by it, nor can send a
    value for it: a hidden field is not in the form.
    """

    field_rights: ClassVar[Mapping[str, str]] = {}

    def hidden_fields(self, request: HttpRequest) -> set[str]:
        """What this person does not see."""
        return {name for name, right in self.field_rights.items() if not request.user.has_perm(right)}

    def _shown(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        hidden = self.hidden_fields(request)
        return [name for name in names if not _is_about(name, hidden)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._shown(request, super().get_list_display(request))  # type: ignore[misc]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return self._shown(request, super().get_list_filter(request))  # type: ignore[misc]

    def get_search_fields(self, request: HttpRequest) -> list[Any]:
        return self._shown(request, super().get_search_fields(request))  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        found = []
        for title, options in super().get_fieldsets(request, obj):  # type: ignore[misc]
            rows = [
                tuple(self._shown(request, row)) if isinstance(row, list | tuple) else row
                for row in self._shown(request, options["fields"])
            ]
            if kept := [row for row in rows if row]:
                found.append((title, {**options, "fields": kept}))
        return found

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Django lets anybody filter by any field of a model, in the address of its list."""
        if request is not None and _is_about(lookup, self.hidden_fields(request)):
            return False
        return super().lookup_allowed(lookup, value, request)  # type: ignore[misc]


def _is_about(name: Any, hidden: set[str]) -> bool:
    """Whether a column, filter, search field ("=email") or lookup ("email__startswith") is of these."""
    if isinstance(name, list | tuple):  # a filter with its class
        name = name[0] if name and isinstance(name[0], str) and len(name) == 2 and callable(name[1]) else ""
    if not isinstance(name, str):
        return getattr(name, "parameter_name", "") in hidden
    name = name.lstrip("^=@-")
    return any(name == field or name.startswith(f"{field}__") for field in hidden)
