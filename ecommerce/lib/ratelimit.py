"""How often somebody may try something, counted in the cache that all processes share."""

import hashlib

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import cache
from django.http import HttpRequest

from ecommerce.lib.errors import DomainError


class TooMany(DomainError):
    """The limit is reached; `data["retry_after"]` says in how many seconds to come back."""

    code = "too_many_requests"
    http_status = 429


def client_address(request: HttpRequest) -> str:
    """The visitor's address, believing as many proxies as settings trust (none by default)."""
    return get_client_ip(request) or "unknown"


def count_try(name: str, who: str, *, limit: int, seconds: int) -> None:
    """Count one try of `name` by `who`. Raises TooMany above `limit` tries within `seconds`.

    The window starts with the first try. `who` may be an address, an email or both; only its
    hash is kept.
    """
    digest = hashlib.sha256(who.lower().encode()).hexdigest()[:32]
    key = f"tries:{name}:{digest}"
    cache.add(key, 0, timeout=seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, timeout=seconds)
        tries = 1
    if tries > limit:
        raise TooMany(
            f"That was tried too often. Please wait {_words(seconds)} and try again.",
            data={"retry_after": seconds},
        )


def _words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if minutes < 60:
        return "a minute" if minutes <= 1 else f"{minutes} minutes"
    hours = -(-minutes // 60)
    return "an hour" if hours == 1 else f"{hours} hours"
