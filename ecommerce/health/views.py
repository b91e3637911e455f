"""What load balancers and supervisors ask: does the process live, and can it serve shoppers."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ecommerce.health.checking import latest
from ecommerce.health.services import SERVICES


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing, because restarting it would mend nothing else."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether shoppers can be served here: 503 while the database is down, 200 otherwise.

    Names each part and nothing about where it is: everybody may read this.
    """
    results = latest.results()
    parts = dict.fromkeys(SERVICES, "not configured")
    status = "ok"
    for name, result in results.items():
        parts[name] = "ok" if result.is_up else "down" if result.service.essential else "degraded"
        if not result.is_up:
            status = "down" if result.service.essential or status == "down" else "degraded"
    body = {"status": status, "parts": parts}
    return JsonResponse(body, status=503 if status == "down" else 200)
