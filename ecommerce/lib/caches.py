"""The cache of a shop on one machine, and what every cache of the shop can do besides Django's."""

import pickle
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache

from ecommerce.lib.errors import Busy


class CacheDown(Busy):
    """Nothing can be counted or claimed, since the cache cannot be reached."""

    def __init__(self) -> None:
        super().__init__("This is not possible right now. Please try again in a moment.")


class LocalCache(LocMemCache):
    """The memory of this process."""

    # What Django's own has and its types do not know.
    _lock: Any
    _cache: Any
    _expire_info: Any
    _has_expired: Any
    _set: Any

    def count(self, key: str, *, seconds: int) -> tuple[int, float]:
        """Count one more under `key`: how many within `seconds` of the first, and the seconds left."""
        key = self.make_and_validate_key(key)
        with self._lock:
            if self._has_expired(key):
                self._set(key, pickle.dumps(1, self.pickle_protocol), seconds)
                return 1, seconds
            tries = pickle.loads(self._cache[key]) + 1  # noqa: S301 (our own memory)
            self._cache[key] = pickle.dumps(tries, self.pickle_protocol)
            return tries, self._expire_info[key] - time.time()
