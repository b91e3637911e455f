"""Around every page: compression, rules for browsers, and words for what a service refused."""

from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render

from ecommerce.lib.documents_store import DocumentsUnavailable, is_mongodb_down
from ecommerce.lib.errors import Busy, DomainError
from ecommerce.lib.transactions import BUSY, is_lock_conflict


class CompressTextMiddleware(GZipMiddleware):
    """Compress pages and JSON; pictures and PDFs are compressed already.

    Django's middleware pads responses at random and masks CSRF tokens, which is its answer to
    reading secrets from the length of a compressed page (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/") or "json" in kind or "xml" in kind:
            return super().process_response(request, response)
        return response


class BrowserRulesMiddleware:
    """What browsers may do with an answer beyond what Django says: docs/headers.md has all of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        # Pictures of products also stand in emails, which are read on other sites.
        if not request.path.startswith((settings.MEDIA_URL, settings.STATIC_URL)):
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class DomainErrorMiddleware:
    """Turn a DomainError that left a view into a page with its words and its status.

    So is a lock that was not given up in time, where no service was there to try again. Whatever
    answers that the shop is busy says when to come back, a form with its error too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 503:
            response.headers.setdefault("Retry-After", "5")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_mongodb_down(exception):
            exception = DocumentsUnavailable("This cannot be shown right now. Please try again soon.")
        elif isinstance(exception, OperationalError) and is_lock_conflict(exception):
            exception = Busy(BUSY)
        if not isinstance(exception, DomainError):
            return None
        template = {404: "404.html", 503: "503.html"}.get(exception.http_status, "refused.html")
        return render(request, template, {"message": exception.message}, status=exception.http_status)
