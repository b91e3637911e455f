"""The OpenAPI document: sign-in, groups of routes, and the errors that every route can answer."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from rest_framework import permissions

from ecommerce.lib.api import PROBLEM_TYPE, problem_body

# First part of a path -> the group it is shown in.
_GROUPS = {
    "categories": "Catalogue",
    "products": "Catalogue",
    "inventory": "Catalogue",
    "stores": "Catalogue",
    "signin": "Sign-in",
    "auth": "Sign-in",
    "cart": "Cart",
    "delivery": "Cart",
    "orders": "Orders",
    "customers": "Orders",
    "payments": "Payments",
    "gift-cards": "Payments",
    "reviews": "Reviews",
    "webhooks": "Webhooks",
}
_ERRORS = {
    "400": ("BadRequest", "invalid", "Some of the values sent are not right."),
    "401": ("NotSignedIn", "not_authenticated", "Authentication credentials were not provided."),
    "403": ("NotAllowed", "permission_denied", "You may not do that."),
    "404": ("NotFound", "not_found", "There is nothing here, or it is somebody else's."),
    "406": ("NotAcceptable", "not_acceptable", "Could not satisfy the request Accept header."),
    "409": ("Conflict", "out_of_stock", "Sorry, only 2 of Field backpack left."),
    "413": ("TooLarge", "too_large", "The request is too large."),
    "415": ("UnsupportedMediaType", "unsupported_media_type", "Send JSON."),
    "429": ("TooManyRequests", "throttled", "That was tried too often."),
    "503": ("Busy", "busy", "The shop is very busy right now. Nothing was changed; please try again."),
}
_ALWAYS = ("400", "401", "404", "406", "429", "503")
_WHEN_WRITING = ("403", "409")
_WITH_BODY = ("413", "415")
_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Some codes carry more, such as `available`.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "errors": {
            "type": "object",
            "description": "Input field -> what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
}


class AutoSchema(SpectacularSchema):
    """Groups routes by the first part of their path, and knows which need no sign-in."""

    def get_tags(self) -> list[str]:
        first = self.path.removeprefix("/api").strip("/").split("/")[0]
        return [_GROUPS.get(first, first.capitalize())]

    def get_summary(self) -> str | None:
        """The first sentence of the description."""
        return " ".join(self.get_description().split()).partition(". ")[0].rstrip(".") or None

    def get_auth(self) -> list[dict[str, Any]]:
        found = super().get_auth()
        asked = [type(permission) for permission in self.view.get_permissions()]
        reads = self.method in permissions.SAFE_METHODS
        if reads and permissions.IsAuthenticated not in asked and {} not in found:
            found.append({})
        return found


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token …`"""

    target_class = "customers.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        description = "`Token …` with the token that `POST /signin` answers."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": description}


class BearerScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer …`"""

    target_class = "customers.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "The same token."}


def without_slashes(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Name each path without the trailing slash; the routes answer with it too."""
    result["paths"] = {path.rstrip("/"): operations for path, operations in result["paths"].items()}
    return result


def with_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the problem documents that a route can answer to each operation."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components.setdefault("responses", {}).update(
        {name: _response(status, code, detail) for status, (name, code, detail) in _ERRORS.items()}
    )
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status in _possible(method, operation):
                reference = {"$ref": f"#/components/responses/{_ERRORS[status][0]}"}
                operation["responses"].setdefault(status, reference)
    return result


def _possible(method: str, operation: dict[str, Any]) -> tuple[str, ...]:
    writing = () if method == "get" else _WHEN_WRITING
    return _ALWAYS + writing + (_WITH_BODY if "requestBody" in operation else ())


def _response(status: str, code: str, detail: str) -> dict[str, Any]:
    example = problem_body(http_status=int(status), detail=detail, code=code)
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": example["title"], "content": {PROBLEM_TYPE: content}}
