"""One request to a route, and what it must answer."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client


@dataclass(frozen=True, kw_only=True)
class Try:
    """`who` is visitor, customer, clerk (staff who may nothing) or staff (who may everything).

    `code` is that of the problem a failure answers.
    """

    status: int
    who: str = "visitor"
    code: str = ""
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def send(method: str, path: str, wanted: Try, tokens: Mapping[str, str], **more: Any) -> Any:
    """The answer. `more` replaces `body` (sent as it is when it is text) or its `kind`."""
    headers = dict(wanted.headers)
    if wanted.who != "visitor":
        headers["authorization"] = f"Token {tokens[wanted.who]}"
    headers |= more.get("headers", {})
    body = more.get("body", wanted.body)
    content = body if isinstance(body, (str, bytes)) else "" if body is None else json.dumps(body)
    return Client().generic(
        method.upper(),
        path.format(**wanted.path),
        content,
        content_type=more.get("kind", "application/json") if content else "application/octet-stream",
        headers=headers,
        query_params=dict(wanted.query),
    )


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes is taken back at its end, and nothing is counted or remembered."""
    cache.clear()
    with transaction.atomic(), transaction.atomic(using="documents"):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="documents")
