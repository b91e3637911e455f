"""Answers programs that watch the shop before any rule that is for browsers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ecommerce.health import views as health
from ecommerce.metrics import views as metrics

_VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": health.live,
    "/health/ready": health.ready,
    "/metrics": metrics.metrics,
}


class ForProgramsMiddleware:
    """First of all. Probes come by IP address and plain http, so neither the name of the host nor https
    is asked of them; and what comes every few seconds belongs into no log, session or count."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = _VIEWS.get(request.path_info.removesuffix("/"))
        if view is None:
            return self.get_response(request)
        response = view(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
