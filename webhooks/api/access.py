"""Who may see and change webhooks through the API."""

from django.http import Http404
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from webhooks.models import Endpoint

_VERBS = {"POST": "add", "PATCH": "change", "DELETE": "delete"}


class StaffOnly(IsAuthenticated):
    """Staff with the permission on webhooks. A view says with `verb` which one its POST needs."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view) or not request.user.is_staff:
            return False
        method = str(request.method)
        verb = "view" if method in SAFE_METHODS else getattr(view, "verb", "") or _VERBS.get(method, "change")
        return request.user.has_perm(f"webhooks.{verb}_endpoint")


def endpoint_for(webhook_id: str) -> Endpoint:
    """Raises Http404 when there is none of this id."""
    endpoint = Endpoint.objects.filter(pk=webhook_id).first()
    if endpoint is None:
        raise Http404
    return endpoint
