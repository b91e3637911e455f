"""What every API route shares: pages and problem+json errors. JSON itself is in `api_formats`."""

import re
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, pagination, status
from rest_framework.request import Request
from rest_framework.response import Response

from ecommerce.lib.documents_store import DocumentsUnavailable, is_mongodb_down
from ecommerce.lib.errors import Busy, DomainError
from ecommerce.lib.transactions import BUSY, is_lock_conflict

PROBLEM_TYPE = "application/problem+json"


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class ChangedSince(DomainError):
    """The `If-Match` of a write names a version that is no longer the current one."""

    code = "changed_since"
    http_status = status.HTTP_412_PRECONDITION_FAILED


class PageNumberPagination(pagination.PageNumberPagination):
    page_size = 24
    page_size_query_param = "page_size"
    max_page_size = 100
    invalid_page_message = "There is no such page."

    def get_page_size(self, request: Request) -> int | None:
        """Raises ValidationError for a `page_size` that is not a number from 1 to 100."""
        given = request.query_params.get("page_size")
        if given is not None and not re.fullmatch(r"0*([1-9][0-9]?|100)", given):
            raise exceptions.ValidationError({"page_size": ["Enter a number from 1 to 100."]})
        return super().get_page_size(request)

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        """Raises ValidationError for a `page` that is no number above zero (nor "last")."""
        given = request.query_params.get("page") or "1"
        if given not in self.last_page_strings and not re.fullmatch(r"0*[1-9][0-9]{0,8}", given):
            raise exceptions.ValidationError({"page": ["Enter a number from 1."]})
        return super().get_page_number(request, paginator)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """DRF's own is OpenAPI 3.0, which says `nullable`; in 3.1 null is a type."""
        link = {"type": ["string", "null"], "format": "uri"}
        results = {"next": link, "previous": link, "results": schema}
        return {
            "type": "object",
            "required": ["count", *results],
            "properties": {"count": {"type": "integer"}, **results},
        }


def problem(
    *,
    http_status: int,
    title: str,
    detail: str,
    code: str,
    errors: dict[str, list[str]] | None = None,
    **extra: Any,
) -> Response:
    """An RFC 9457 problem document as a response; `extra` are members such as `available`."""
    body = problem_body(http_status=http_status, title=title, detail=detail, code=code) | extra
    if errors:
        body["errors"] = errors
    return Response(body, status=http_status, content_type=PROBLEM_TYPE)


def problem_body(*, http_status: int, detail: str, code: str, title: str = "") -> dict[str, Any]:
    """The members that every problem document has."""
    return {
        "type": f"/api/docs/#{code}",
        "title": title or _title(http_status),
        "status": http_status,
        "detail": detail,
        "code": code,
    }


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into problem+json; unknown errors stay what they are."""
    # DRF's views read the settings that name this module, so they cannot be imported before it.
    from rest_framework.views import exception_handler, set_rollback

    if isinstance(error, OperationalError) and is_lock_conflict(error):
        error = Busy(BUSY)
    elif is_mongodb_down(error):
        error = DocumentsUnavailable("This cannot be answered right now. Please try again soon.")
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, DomainError):
        set_rollback()
        fields = {error.field: [error.message]} if error.field else None
        response = problem(
            http_status=error.http_status,
            title=_title(error.http_status),
            detail=error.message,
            code=error.code,
            errors=fields,
            **error.data,
        )
        if error.http_status == status.HTTP_503_SERVICE_UNAVAILABLE:
            response["Retry-After"] = "5"
        elif error.http_status == status.HTTP_429_TOO_MANY_REQUESTS and "retry_after" in error.data:
            response["Retry-After"] = str(error.data["retry_after"])
        return response
    answer = exception_handler(error, context)
    return _problem_of(error, answer) if answer is not None else None


def _problem_of(error: Exception, response: Response) -> Response:
    errors = None
    detail, code = "The request could not be carried out.", "error"
    if isinstance(error, exceptions.ValidationError):
        errors = _field_errors(error.detail)
        detail, code = "Some of the values sent are not right.", "invalid"
    elif isinstance(error, Http404):
        detail, code = "There is nothing here.", "not_found"
    elif isinstance(error, PermissionDenied):
        detail, code = "You may not do that.", "permission_denied"
    elif isinstance(error, exceptions.APIException):
        detail, code = str(error.detail), str(error.get_codes())
    answer = problem(
        http_status=response.status_code,
        title=_title(response.status_code),
        detail=detail,
        code=code,
        errors=errors,
    )
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def _field_errors(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested messages into "items.0.quantity" -> ["…"]."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= _field_errors(value, f"{prefix}.{key}" if prefix else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        found = {}
        for index, value in enumerate(detail):
            found |= _field_errors(value, f"{prefix}.{index}" if prefix else str(index))
        return found
    messages = [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]
    return {prefix or "non_field_errors": messages}


def _title(http_status: int) -> str:
    titles = {
        400: "Bad request",
        401: "Not signed in",
        403: "Not allowed",
        404: "Not found",
        405: "Method not allowed",
        406: "Not acceptable",
        409: "Conflict",
        412: "Changed meanwhile",
        413: "Too large",
        415: "Unsupported media type",
        429: "Too many requests",
        500: "Error",
        503: "Busy",
        504: "No answer",
    }
    return titles.get(http_status, "Error")
