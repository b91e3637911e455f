"""The OpenAPI document as a yardstick for answers."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

Document = dict[str, Any]


@cache
def read_document() -> Document:
    """The document as the shop serves it, made once.

    Numbers are Decimals: in floats 0.07 is no multiple of 0.01.
    """
    return json.loads(Client().get("/api/schema/").content, parse_float=Decimal)


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation as (path, method, operation)."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def answer_of(document: Document, operation: dict[str, Any], status: int) -> dict[str, Any]:
    """What the document says of an answer with this status. Raises KeyError when it says nothing."""
    described = operation["responses"][str(status)]
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].rpartition("/")[2]]
    return described


def true_to(document: Document, path: str, method: str, response: Any) -> None:
    """Assert that the response's status, headers and body are what the document says."""
    where = f"{method} {path}"
    operation = document["paths"][path][method]
    assert str(response.status_code) in operation["responses"], f"{where}: {response.status_code} is not said"
    described = answer_of(document, operation, response.status_code)
    for name, header in described.get("headers", {}).items():
        assert name in response or not header.get("required"), f"{where}: without {name}"
    if "content" not in described:
        assert not response.content, f"{where}: a body nobody said"
        return
    kind = response["Content-Type"].partition(";")[0]
    assert kind in described["content"], f"{where}: {kind} is not said"
    schema = described["content"][kind]["schema"] | {"components": document["components"]}
    body = json.loads(response.content, parse_float=Decimal)
    wrong = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(body)
    errors = [f"{error.json_path}: {error.message}" for error in wrong]
    assert not errors, f"{where}: {errors}"
