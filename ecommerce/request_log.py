"""One line for each request, and the request's id on every line that is written while it is answered.

django-structlog keeps the context; this middleware decides what may be in it: the name of the route and
never the address, whose links and queries open orders; the number of a person and never their email.
"""

import re
import time
import uuid
from contextvars import ContextVar
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.functional import LazyObject, empty
from django_structlog.middlewares.request import RequestMiddleware
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.typing import EventDict

HEADER = "X-Request-ID"
# As proxies make them: hex, UUIDs, ULIDs and the like. Anything else could forge lines or hide in them.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{7,63}")
# Told to Celery's tasks with their message.
PASSED_ON = ("request_id",)

log = structlog.get_logger("ecommerce.request")
_current: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def request_id_of(request: HttpRequest) -> str:
    """The id that a proxy gave the request, if it looks like one, or a new one."""
    given = request.headers.get(HEADER, "")
    return given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def add_user(logger: Any, name: str, event: EventDict) -> EventDict:
    """structlog's processor: who is signed in, once that is known; asks neither session nor database."""
    request = _current.get()
    if request is not None and (number := user_id_of(request)) is not None:
        event.setdefault("user_id", number)
    return event


def user_id_of(request: HttpRequest) -> Any:
    user = request.__dict__.get("_cached_user") or request.__dict__.get("user")
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty:
        return None
    return getattr(user, "pk", None)


class RequestLogMiddleware(RequestMiddleware):
    """Around all others. `prepare` and `handle_response` are django-structlog's two moments."""

    def prepare(self, request: HttpRequest) -> None:
        clear_contextvars()
        request.request_id = request_id_of(request)  # type: ignore[attr-defined]
        request.began = time.monotonic()  # type: ignore[attr-defined]
        _current.set(request)
        bind_contextvars(request_id=request.request_id, method=request.method)  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        bind_contextvars(route=route_of(request))

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response.headers[HEADER] = request.request_id  # type: ignore[attr-defined]
        milliseconds = round((time.monotonic() - request.began) * 1000)  # type: ignore[attr-defined]
        bind_contextvars(route=route_of(request))
        say = log.error if response.status_code >= 500 else log.info
        # A file that a browser was sent tells nothing about the shop.
        if not isinstance(response, StreamingHttpResponse) or request.resolver_match:
            say("request", status=response.status_code, duration_ms=milliseconds)
        clear_contextvars()
        _current.set(None)

    def process_got_request_exception(self, sender: Any, request: HttpRequest, **kwargs: Any) -> None:
        """Django logs the error with its trace, and the line of the request has its status."""


def route_of(request: HttpRequest) -> str:
    """The name of the route, or its pattern; "" for an address that leads nowhere."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else ""
