"""Pages of the project itself: errors, plain texts, and files of the local media folder."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousFileOperation
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils._os import safe_join
from django.views.decorators.http import require_safe

from ecommerce.lib.api import PROBLEM_TYPE, problem_body
from ecommerce.lib.transactions import may_have_written
from ecommerce.styleguide import samples
from orders.services.quoting import live_rates

PAGES = ("delivery", "returns", "terms", "privacy", "cookies", "imprint")
_MEDIA_TYPES = {".avif": "image/avif", ".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the plain texts in templates/pages/."""
    if slug not in PAGES:
        raise Http404
    rates = live_rates() if slug == "delivery" else []
    return render(request, f"pages/{slug}.html", {"delivery_rates": rates})


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state; for people who build the shop, so not in a real one."""
    if not (settings.DEBUG or settings.DEMO_MODE):
        raise Http404
    return render(request, "styleguide.html", samples())


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """A product picture from the local folder; only picture types, cached for good.

    Names of renditions never repeat, so browsers need not ask twice. With S3 configured,
    pages link there and this view is not used.
    """
    kind = _MEDIA_TYPES.get(Path(path).suffix)
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, path))
    except SuspiciousFileOperation as error:
        raise Http404 from error
    if kind is None or not file.is_file():
        raise Http404
    response = FileResponse(file.open("rb"), content_type=kind)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent without the cookie that belongs to it."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What could not be read, or is larger than it may be; like `server_error` without context processors."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return HttpResponse(get_template(f"{status}.html").render(), status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without anything that could fail again: no context processors, no database.

    When it is the database that cannot be reached it is 503, and worth another try.
    """
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return _database_down(request)
    if request.path.startswith("/api/"):
        words = "Something went wrong on our side. It is in our log."
        body = problem_body(http_status=500, detail=words, code="server_error")
        return JsonResponse(body, status=500, content_type=PROBLEM_TYPE)
    return HttpResponse(get_template("500.html").render(), status=500)


def _database_down(request: HttpRequest) -> HttpResponse:
    """Says that nothing was done where that is so; 504 where a step may have been taken: nobody knows what
    became of a COMMIT without an answer."""
    unknown = may_have_written()
    status = 504 if unknown else 503
    response: HttpResponse
    if request.path.startswith("/api/"):
        detail = (
            "Our records went away before they answered. What you asked for may have been done: ask before "
            "you repeat it."
            if unknown
            else "Our records cannot be reached right now. Nothing was changed; please try again."
        )
        code = "no_answer" if unknown else "unavailable"
        body = problem_body(http_status=status, detail=detail, code=code)
        response = JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    else:
        basket = request.method != "GET"
        again = reverse("orders:cart") if basket else request.get_full_path()
        words = {"again": again, "basket": basket, "unknown": unknown}
        page = get_template("503_records.html").render(words)
        response = HttpResponse(page, status=status)
    if not unknown:
        response["Retry-After"] = "5"
    return response
