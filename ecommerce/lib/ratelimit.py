"""How often somebody may try something, counted in the cache that all processes share."""

import hashlib
import logging
import math
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import cache
from django.http import HttpRequest

from ecommerce.lib.caches import CacheDown
from ecommerce.lib.errors import DomainError

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
    is let through, otherwise it is refused as CacheDown, because secrets could be guessed meanwhile.
    """
    digest = hashlib.sha256(who.lower().encode()).hexdigest()[:32]
    shared: Any = cache  # `ecommerce.lib.caches`, which Django's own types do not know
    try:
        tries, left = shared.count(f"tries:{name}:{digest}", seconds=seconds)
    except Exception as error:
        if not isinstance(error, CacheDown):  # that one is in the log already
            log.exception("tries cannot be counted")
        if fail_open:
            return
        raise CacheDown from error
    if tries > limit:
        raise too_many(min(max(math.ceil(left), 1), seconds))


def too_many(wait: int) -> TooMany:
    """The refusal of who may come back in `wait` seconds."""
    return TooMany(
        f"That was tried too often. Please wait {_words(wait)} and try again.", data={"retry_after": wait}
    )


def _words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if minutes < 60:
        return "a minute" if minutes <= 1 else f"{minutes} minutes"
    hours = -(-minutes // 60)
    return "an hour" if hours == 1 else f"{hours} hours"
