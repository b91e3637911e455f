"""How often somebody may try something, counted in the cache that all processes share."""

import hashlib
import logging
import math
import time

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import cache
from django.http import HttpRequest

from ecommerce.lib.errors import Busy, DomainError

log = logging.getLogger(__name__)


class TooMany(DomainError):
    """The limit is reached; `data["retry_after"]` says in how many seconds to come back."""

    code = "too_many_requests"
    http_status = 429


def client_address(request: HttpRequest) -> str:
    """The visitor's address, believing as many proxies as settings trust (none by default)."""
    return get_client_ip(request) or "unknown"


def count_try(name: str, who: str, *, limit: int, seconds: int, fail_open: bool = False) -> None:
    """Count one try of `name` by `who`. Raises TooMany above `limit` tries within `seconds`.

    The window starts with the first try. `who` may be an address, an email or both; only its
    hash is kept. While the cache cannot be reached nothing is counted: with `fail_open` the try
    is let through, otherwise it is refused as Busy, because secrets could be guessed meanwhile.
    """
    digest = hashlib.sha256(who.lower().encode()).hexdigest()[:32]
    try:
        tries, wait = _count(f"tries:{name}:{digest}", seconds)
    except Exception as error:  # each cache has errors of its own
        log.exception("tries cannot be counted")
        if fail_open:
            return
        raise Busy("This is not possible right now. Please try again in a moment.") from error
    if tries > limit:
        raise too_many(wait)


def too_many(wait: int) -> TooMany:
    """The refusal of who may come back in `wait` seconds."""
    return TooMany(
        f"That was tried too often. Please wait {_words(wait)} and try again.", data={"retry_after": wait}
    )


def _count(key: str, seconds: int) -> tuple[int, int]:
    """The number of tries in this window, with this one, and the seconds until it ends."""
    now = time.time()
    cache.add(f"{key}:end", now + seconds, timeout=seconds)
    cache.add(key, 0, timeout=seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, timeout=seconds)
        tries = 1
    end = cache.get(f"{key}:end", now + seconds)
    return tries, min(max(math.ceil(end - now), 1), seconds)


def _words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if minutes < 60:
        return "a minute" if minutes <= 1 else f"{minutes} minutes"
    hours = -(-minutes // 60)
    return "an hour" if hours == 1 else f"{hours} hours"
