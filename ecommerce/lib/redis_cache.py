"""Redis as the shop's cache: what is kept there may be lost at any time, what is counted there may not.

Reading, keeping and forgetting go on while Redis cannot be reached: nothing is found, nothing is
kept, and pages ask the database. Counting and claiming (`count`, `add`, `incr`, and the keys of
allauth's limits) raise CacheDown instead, because what they protect could be guessed meanwhile.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

from ecommerce.lib.breaker import Breaker
from ecommerce.lib.caches import CacheDown

# allauth reads and writes its limits by keys of their own.
_COUNTED = "allauth:rl:"
_HOLD = 5.0
_breakers: dict[tuple[str, ...], Breaker] = {}
_making = threading.Lock()


class RedisCache(DjangoRedisCache):
    """Redis, shared by all processes; without it the shop is slower, and nobody guesses a secret."""

    _servers: list[str]

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        wait = params.get("OPTIONS", {})
        # A connection that Redis closed meanwhile is made anew once; an answer is waited for once.
        wait.setdefault("socket_connect_timeout", 0.5)
        wait.setdefault("socket_timeout", 0.5)
        wait.setdefault("retry", Retry(NoBackoff(), 1, supported_errors=(NoConnection,)))
        params["OPTIONS"] = wait
        super().__init__(server, params)
        with _making:
            self._breaker = _breakers.setdefault(tuple(self._servers), Breaker("the cache", hold=_HOLD))

    def count(self, key: str, *, seconds: int) -> tuple[int, float]:
        """Count one more under `key`: how many within `seconds` of the first, and the seconds left.

        One transaction, so that no count is lost and none outlives its time. Raises CacheDown.
        """
        key = self.make_and_validate_key(key)
        with self._reaching():
            together = self._cache.get_client(key, write=True).pipeline(transaction=True)
            together.set(key, 0, ex=seconds, nx=True)
            together.incr(key)
            together.pttl(key)
            _, tries, left = together.execute()
        return tries, left / 1000

    # --- What must not be guessed at: errors are seen --------------------------------------------

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        with self._reaching():
            return super().add(key, value, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        with self._reaching():
            return super().incr(key, delta, version)

    def clear(self) -> None:
        with self._reaching():
            super().clear()

    # --- What can be done without ----------------------------------------------------------------

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._or(default, lambda: super(RedisCache, self).get(key, default, version), key)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        self._or(None, lambda: super(RedisCache, self).set(key, value, timeout, version), key)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        return self._or(False, lambda: super(RedisCache, self).touch(key, timeout, version), key)

    def delete(self, key: Any, version: Any = None) -> bool:
        return self._or(False, lambda: super(RedisCache, self).delete(key, version), key)

    def has_key(self, key: Any, version: Any = None) -> bool:
        return self._or(False, lambda: super(RedisCache, self).has_key(key, version), key)

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        return self._or({}, lambda: super(RedisCache, self).get_many(keys, version))

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> list[Any]:
        return self._or(list(data), lambda: super(RedisCache, self).set_many(data, timeout, version))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self._or(None, lambda: super(RedisCache, self).delete_many(keys, version))

    def get_or_set(self, key: Any, default: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        """As Django's, without its `add`: when two are at it the last one's value is kept."""
        missing = object()
        found = self.get(key, missing, version)
        if found is missing:
            found = default() if callable(default) else default
            self.set(key, found, timeout, version)
        return found

    # --- Reaching it -----------------------------------------------------------------------------

    def _or(self, otherwise: Any, work: Callable[[], Any], key: Any = "") -> Any:
        try:
            with self._reaching():
                return work()
        except CacheDown:
            if str(key).startswith(_COUNTED):
                raise
            return otherwise

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Raises CacheDown when Redis cannot be reached, did not answer, or could not do it."""
        if self._breaker.is_open():
            raise CacheDown
        try:
            yield
        except (NoConnection, NoAnswer, OSError) as error:
            self._breaker.failed(error)
            raise CacheDown from error
        except RedisError as error:
            raise CacheDown from error
        else:
            self._breaker.worked()


class StrictCache(RedisCache):
    """For copies that must not be out of date: CacheDown when one could not be kept or forgotten."""

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        with self._reaching():
            super(RedisCache, self).set(key, value, timeout, version)

    def delete(self, key: Any, version: Any = None) -> bool:
        with self._reaching():
            return bool(super(RedisCache, self).delete(key, version))
