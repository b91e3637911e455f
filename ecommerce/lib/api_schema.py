"""The OpenAPI document: sign-in, groups of routes, limits of what comes in, and every answer.

Nothing here names a route: a new one is described by its view, its serializers and its address.
"""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from rest_framework import serializers
from rest_framework.fields import empty

from ecommerce.lib import api_schema_answers as answers
from ecommerce.lib.api import PageNumberPagination

# First part of a path -> the group it is shown in.
_GROUPS = {
    "categories": "Catalogue",
    "products": "Catalogue",
    "stores": "Catalogue",
    "inventory": "Stock",
    "signin": "Sign-in",
    "auth": "Sign-in",
    "cart": "Cart",
    "delivery": "Cart",
    "coupons": "Coupons",
    "orders": "Orders",
    "customers": "Orders",
    "payments": "Payments",
    "gift-cards": "Payments",
    "reviews": "Reviews",
    "webhooks": "Webhooks",
    "crudproducts": "Older names",
    "updatecart": "Older names",
    "viewcart": "Older names",
}
# Patterns of addresses -> what they mean to a program.
_PATH_TYPES: dict[str, dict[str, Any]] = {
    r"^[0-9]{1,18}$": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    r"^\d{1,18}$": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    r"^[0-9a-fA-F-]{32,36}$": {"type": "string", "format": "uuid"},
    r"^[0-9a-f-]{36}$": {"type": "string", "format": "uuid"},
}
# Parameters that mean the same wherever they are.
_PARAMETERS: dict[str, dict[str, Any]] = {
    "page": {"minimum": 1, "default": 1},
    "page_size": {
        "minimum": 1,
        "maximum": PageNumberPagination.max_page_size,
        "default": PageNumberPagination.page_size,
    },
    "Idempotency-Key": {"minLength": 1, "maxLength": 255},
}


class AutoSchema(SpectacularSchema):
    """Groups routes by the first part of their path, and knows who may ask and what is answered."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            for parameter in operation.get("parameters", []):
                _say_limits(parameter)
            answers.complete(operation, self.view, self.method, body=self._properties(operation))
        return operation

    def get_tags(self) -> list[str]:
        parts = self.path.removeprefix("/api").strip("/").split("/")
        # What customers say stands together, also where its address begins with what it is about.
        first = "reviews" if parts[-1] == "questions" else parts[0]
        return [_GROUPS.get(first, first.capitalize())]

    def get_summary(self) -> str | None:
        """The first sentence of the description."""
        return " ".join(self.get_description().split()).partition(". ")[0].rstrip(".") or None

    def get_auth(self) -> list[dict[str, Any]]:
        """The ways to sign in; `{}` among them where visitors may ask as well."""
        found = [way for way in super().get_auth() if way]
        return [*found, {}] if answers.allows(self.view, self.method, answers.VISITOR) else found

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """A DELETE that names what it answers says 200 with it, not 204."""
        declared = self.get_response_serializers()
        if self.method == "DELETE" and declared is not None and not isinstance(declared, dict):
            return {"200": self._get_response_for_code(declared, "200", direction=direction)}
        return super()._get_response_bodies(direction)

    def _map_serializer_field(self, field: Any, direction: Any, *args: Any, **kwargs: Any) -> Any:
        """Besides: how many decimals an amount has, and how long a list of objects may be."""
        schema = super()._map_serializer_field(field, direction, *args, **kwargs)
        if isinstance(field, serializers.DecimalField) and schema.get("format") == "double":
            schema["multipleOf"] = float(10 ** -(field.decimal_places or 0))
        if isinstance(field, serializers.ListSerializer) and direction == "request":
            asked: Any = field
            least = asked.min_length or (None if asked.allow_empty else 1)
            limits = {"minItems": least, "maxItems": asked.max_length}
            schema |= {name: limit for name, limit in limits.items() if limit is not None}
        return schema

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """What has a default may be left out of a request; an answer always has it."""
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "response":
            given = [name for name, field in serializer.fields.items() if field.default is not empty]
            names = {*schema.get("required", []), *given} & schema.get("properties", {}).keys()
            schema |= {"required": sorted(names)} if names else {}
        return schema

    def _properties(self, operation: dict[str, Any]) -> dict[str, Any]:
        """The properties of the JSON that an operation takes, those of its lists of objects included."""
        content = operation.get("requestBody", {}).get("content", {})
        found: dict[str, Any] = {}
        for media in content.values():
            found |= self._properties_of(media.get("schema", {}))
        return found

    def _properties_of(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            [component] = [one for one in self.registry._components.values() if one.name == name]
            return self._properties_of(component.schema)
        found = dict(schema.get("properties", {}))
        for value in list(found.values()):
            if isinstance(value, dict) and value.get("type") == "array":
                found |= self._properties_of(value["items"])
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
    """Add the problem documents that the operations refer to, and tidy what serializers cannot say."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = answers.PROBLEM
    components.setdefault("responses", {}).update(answers.components())
    for schema in components["schemas"].values():
        for value in schema.get("properties", {}).values():
            # "Left out" is not a value that may be sent.
            if value.get("default") == "" and value.get("minLength"):
                del value["default"]
    return result


def without_optional_sign_in(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say nothing of signing in where visitors may ask too: generated clients take `{}` for a must."""
    for operations in result["paths"].values():
        for operation in operations.values():
            if {} in operation.get("security", []):
                del operation["security"]
    return result


_HOOKS: Any = settings.SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"]
# The document that script/client generates from.
FOR_CLIENTS = {
    "POSTPROCESSING_HOOKS": [
        *_HOOKS,
        "ecommerce.lib.api_schema.without_optional_sign_in",
    ]
}


def _say_limits(parameter: dict[str, Any]) -> None:
    schema = parameter["schema"]
    if parameter["in"] == "path":
        parameter["schema"] = dict(_PATH_TYPES.get(schema.get("pattern", ""), schema))
    else:
        schema |= _PARAMETERS.get(parameter["name"], {})
