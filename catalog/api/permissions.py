"""Who may write the catalogue through the API."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.models import Store

_VERBS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class StaffWrites(BasePermission):
    """Anybody reads; writing needs a staff member with the permission on the view's `model`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        return may(request, _VERBS.get(str(request.method), "change"), view.model._meta.model_name)  # type: ignore[attr-defined]


class StaffOrOwnerWrites(StaffWrites):
    """The same for stores; besides, whom a store belongs to may change it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if super().has_permission(request, view):
            return True
        if request.method not in ("PUT", "PATCH") or not request.user.is_authenticated:
            return False
        return Store.objects.filter(pk=view.kwargs.get("store_id"), owner=request.user).exists()


def may(request: Request, verb: str, model_name: str) -> bool:
    """Whether the caller is staff with `catalog.<verb>_<model_name>`."""
    user = request.user
    return bool(user.is_authenticated and user.is_staff and user.has_perm(f"catalog.{verb}_{model_name}"))
