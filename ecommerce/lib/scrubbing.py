"""Takes out of a text what must not be in a log: secrets, links that open things, addresses of people.

The last net, below code that does not log such things: words of libraries and databases carry them
(`Duplicate entry 'ada@example.com'`, an address that could not be reached, password included).
"""

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "[hidden]"

_RULES = [
    # user:password@ of an address
    (re.compile(r"(?<=://)[^/\s@'\"]+@"), f"{HIDDEN}@"),
    # Authorization: Bearer …, Token …, Basic …
    (re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {HIDDEN}"),
    # Queries, whatever they ask for
    (re.compile(r"(?<=[?&])([\w.\[\]-]+)=[^\s&'\"#]+"), rf"\1={HIDDEN}"),
    # password=…  "access_token": "…"  Cookie: session=…
    (
        re.compile(
            r"(?i)\b([\w-]*(?:token|secret|passw(?:or)?d|signature|credential|session|csrf|api_?key|cookie"
            r"|authorization)[\w-]*['\"]?\s*[=:]\s*['\"]?)(?!\[hidden\])[^\s&'\",;)}\]]+"
        ),
        rf"\1{HIDDEN}",
    ),
    # Links open orders, wishlists and files by a long random part.
    (re.compile(r"(?<=/)(?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{20,}(?=$|[/?#\s'\"),;:&])"), HIDDEN),
    (re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    # Phone numbers, which the shop keeps in their international form
    (re.compile(r"(?:\+|%2B)[1-9](?:[ ()/.-]{0,2}\d){7,14}\b"), HIDDEN),
]


def scrub(text: str, *, secrets: Iterable[str] = ()) -> str:
    """The text without what `secrets` lists and what looks like a secret, an email or a phone number."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def scrub_value(value: Any, *, secrets: Iterable[str] = ()) -> Any:
    """The same for what is in a structure; numbers and the like are returned as they are."""
    if isinstance(value, str):
        return scrub(value, secrets=secrets)
    if isinstance(value, dict):
        return {key: scrub_value(part, secrets=secrets) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub_value(part, secrets=secrets) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return scrub(str(value), secrets=secrets)
