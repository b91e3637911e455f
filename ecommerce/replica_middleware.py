"""Which requests read the catalogue from the replica (docs/mysql.md)."""

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from ecommerce import replica

# A visitor who has just changed something reads the primary: the replica may not know it yet.
PINNED_SECONDS = 10
_SAFE = ("GET", "HEAD")


class ReplicaMiddleware:
    """Let pages be read from the replica, unless their reader could miss their own change there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _may_read(request):
            response = self.get_response(request)
            if request.method not in _SAFE and request.method != "OPTIONS":
                _pin(response)
            return response
        with replica.reading_from_replica() as reading:
            request.replica_reading = reading  # type: ignore[attr-defined]
            response = self.get_response(request)
        if reading.wrote:
            _pin(response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page whose replica went away is made again, once, from the primary."""
        reading: replica.Reading | None = getattr(request, "replica_reading", None)
        if not isinstance(exception, (OperationalError, InterfaceError)) or reading is None:
            return None
        if not reading.used or reading.wrote or not replica.is_lost():
            return None
        replica.mark_down()
        match = request.resolver_match
        assert match is not None, "a view has failed, so there was one"
        with replica.reading_from_primary():
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            if isinstance(response, TemplateResponse) and not response.is_rendered:
                response.render()
        return response


def _may_read(request: HttpRequest) -> bool:
    """Staff and programs of customers read what they write; visitors, unless they have just written."""
    if request.method not in _SAFE or request.path.startswith(reverse("admin:index")):
        return False
    if "Authorization" in request.headers or "X-Cart-Token" in request.headers:
        return False
    pinned = request.get_signed_cookie(settings.WROTE_COOKIE_NAME, default="", max_age=PINNED_SECONDS)
    return not pinned


def _pin(response: HttpResponse) -> None:
    response.set_signed_cookie(
        settings.WROTE_COOKIE_NAME,
        "1",
        max_age=PINNED_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
