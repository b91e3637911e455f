"""Which answers each operation of the OpenAPI document can give, found out from its view.

A status is documented where it can happen and nowhere else: 401 where a token can be wrong, 403
where a permission can be missing, 409 where something is written, and so on. A view that can
answer more says so in its own `responses`.
"""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.views import APIView

from ecommerce.lib.api import PROBLEM_TYPE, problem_body

_PROBLEMS = {
    "400": ("BadRequest", "invalid", "Some of the values sent are not right."),
    "401": ("NotSignedIn", "not_authenticated", "Authentication credentials were not provided."),
    "403": ("NotAllowed", "permission_denied", "You may not do that."),
    "404": ("NotFound", "not_found", "There is nothing here."),
    "406": ("NotAcceptable", "not_acceptable", "Could not satisfy the request Accept header."),
    "409": ("Conflict", "out_of_stock", "Sorry, only 2 of Field backpack left."),
    "412": ("ChangedMeanwhile", "changed_since", "Somebody else has changed this since you read it."),
    "413": ("TooLarge", "too_large", "The request is too large."),
    "415": ("UnsupportedMediaType", "unsupported_media_type", 'Unsupported media type "text/plain".'),
    "429": ("TooManyRequests", "too_many_requests", "That was tried too often."),
    "503": ("Busy", "busy", "The shop is very busy right now. Nothing was changed; please try again."),
    "504": ("NoAnswer", "no_answer", "What you asked for may have been done: ask before you repeat it."),
}
_MORE: dict[str, dict[str, Any]] = {
    "400": {"errors": {"quantity": ["Enter a whole number from 1 to 999."]}},
    "409": {"available": 2},
}
_RETRY_AFTER = {
    "description": "Seconds after which to try again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {
        "WWW-Authenticate": {"description": "The scheme of tokens.", "schema": {"type": "string"}},
    },
    "429": {"Retry-After": _RETRY_AFTER},
    "503": {"Retry-After": _RETRY_AFTER},
}
_ETAG = {
    "description": "The version of this answer, for `If-None-Match` and `If-Match`.",
    "schema": {"type": "string", "examples": ['"0f3a9c1e2b7d4a5f8c6e0d1b2a3f4c5d"']},
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` you have: 304 without a body while it is still the current one.",
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The `ETag` your change is based on: 412 when somebody else was faster.",
}
# Names of input by which other things are looked up, where an unknown one is 404.
_REFERENCES = {"product_id", "sku", "customer_id", "order_id", "item_id", "pid", "sid", "id", "hold_id"}
# Query parameters that are only looked up: an odd one is unknown, not malformed.
_LOOKED_UP = {"token", "hold_id", "If-None-Match", "If-Match", "X-Cart-Token"}
# What belongs to somebody: staff whose role does not see it are told so.
_SOMEBODYS = {"order_id", "payment_id", "customer_id"}
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Some codes carry more, such as `available`.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "Stable, for programs. docs/api.md lists them."},
        "errors": {
            "type": "object",
            "description": "Input field -> what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
}


def components() -> dict[str, Any]:
    """The problem documents by name, as responses that operations refer to."""
    return {name: _response(status, code, detail) for status, (name, code, detail) in _PROBLEMS.items()}


def complete(operation: dict[str, Any], view: APIView, method: str, *, body: dict[str, Any]) -> None:
    """Add to an operation what its view can answer besides the success it names itself.

    `body` holds the properties of the request's JSON.
    """
    answers = operation["responses"]
    if getattr(view, "has_versions", False):
        _add_versions(operation, method)
    for status in possible(operation, view, method, body=body):
        answers.setdefault(status, {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"})
    operation["responses"] = dict(sorted(answers.items()))


def possible(operation: dict[str, Any], view: APIView, method: str, *, body: dict[str, Any]) -> list[str]:
    """The problem statuses that an operation can answer, lowest first."""
    writes = method not in SAFE_METHODS
    has_body = "requestBody" in operation
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    in_path = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
    is_sign_in = "Sign-in" in operation["tags"]
    by_cookie = any(isinstance(one, SessionAuthentication) for one in view.get_authenticators())
    finds = in_path or {"page", "X-Cart-Token"} & names or (writes and (body.keys() | names) & _REFERENCES)
    must = {one["name"] for one in operation.get("parameters", []) if one.get("required")} - in_path
    when = {
        "400": has_body or bool(must or names - in_path - _LOOKED_UP),
        "401": bool(view.get_authenticators()) or _names_a_scheme(view),
        # A page's own JavaScript signs in by cookie, and must then prove where it comes from.
        "403": (writes and by_cookie) or bool(in_path & _SOMEBODYS) or not allows(view, method, _SOMEBODY),
        "404": bool(finds),
        "406": True,
        "409": writes and not is_sign_in,
        "412": getattr(view, "has_versions", False) and method in ("PUT", "PATCH", "DELETE"),
        "413": has_body,
        "415": has_body,
        "429": getattr(view, "route_class", "browse") is not None,
        "503": True,
        "504": writes,
    }
    return [status for status, may_happen in when.items() if may_happen]


def allows(view: APIView, method: str, user: Any) -> bool:
    """Whether the view's permissions let `user` in; they are asked themselves."""
    request: Any = SimpleNamespace(method=method, user=user, auth=None, headers={}, query_params={})
    before, view.request = view.request, request
    try:
        return all(permission.has_permission(request, view) for permission in view.get_permissions())
    finally:
        view.request = before


VISITOR = AnonymousUser()
# Signed in, with no right to anything.
_SOMEBODY = SimpleNamespace(
    pk=0,
    is_authenticated=True,
    is_active=True,
    is_staff=False,
    is_superuser=False,
    has_perm=lambda *_: False,
    has_perms=lambda *_: False,
)


def _names_a_scheme(view: APIView) -> bool:
    return type(view).get_authenticate_header is not APIView.get_authenticate_header


def _add_versions(operation: dict[str, Any], method: str) -> None:
    header = _IF_NONE_MATCH if method == "GET" else _IF_MATCH
    if method != "POST":
        operation.setdefault("parameters", []).append(header)
    for status, answer in operation["responses"].items():
        if status in ("200", "201") and method != "DELETE":
            answer.setdefault("headers", {})["ETag"] = _ETAG
    if method == "GET":
        same = {"description": "You have this version already.", "headers": {"ETag": _ETAG}}
        operation["responses"]["304"] = same


def _response(status: str, code: str, detail: str) -> dict[str, Any]:
    example = problem_body(http_status=int(status), detail=detail, code=code) | _MORE.get(status, {})
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    response: dict[str, Any] = {"description": example["title"], "content": {PROBLEM_TYPE: content}}
    return response | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
