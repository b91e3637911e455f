"""Versions of what the API answers: asked for again only when changed, written only when unchanged.

An ETag is a digest of the JSON itself (RFC 9110, 8.8.3), so it changes with every word of it.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from ecommerce.lib.api import ChangedSince
from ecommerce.lib.api_formats import JSONRenderer


def etag_of(data: Any) -> str:
    """The strong ETag of an answer with this data."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def versioned(request: Request, data: Any, *, status: int = 200) -> Response:
    """An answer with its ETag; 304 without a body when the caller has this version already."""
    etag = etag_of(data)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method in ("GET", "HEAD") and ("*" in known or etag in map(_opaque, known)):
        return Response(status=304, headers=headers)
    return Response(data, status=status, headers=headers)


def unchanged(request: Request, current: Callable[[], Any]) -> Callable[[], None] | None:
    """What a service calls, once it holds its locks, before it changes anything; None without If-Match.

    `current` makes the data that a GET would answer now. The check raises ChangedSince (412) when
    that is not the version the caller named.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        return None
    # One without quotes is no ETag, but certainly not meant as "change it in any case".
    named = parse_etags(header) or [f'"{header}"']

    def check() -> None:
        # Compression marks a tag as weak on its way out (W/); what it names is the same JSON.
        if "*" not in named and etag_of(current()) not in map(_opaque, named):
            raise ChangedSince("Somebody else has changed this since you read it. Read it again first.")

    return check


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")
