"""Sessions are kept in the database; where there is Redis, pages read a copy (`SESSION_ENGINE`).

Django's own `cached_db` trusts its copies. One that Redis could not be told to forget would sign in again
whoever signed out meanwhile, or lose the basket of a guest; so would one that a slow reader put back just
after it was forgotten. Here

- a copy is made by reading only, and looked at again after it was made: had the row changed meanwhile,
  the copy goes;
- whatever changes a session takes its copy away. When Redis cannot be reached for that, the database
  notes it: the generation goes up, and copies of the one before count nowhere, whatever Redis says
  later. Processes look at the generation once a second (`SESSION_GENERATION_SECONDS`).
"""

import time
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.cache import caches
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from customers.models import SessionGeneration
from ecommerce.lib.caches import CacheDown

# No copy lives longer, so that Redis is not full of the copies of visitors who are gone.
COPY_SECONDS = 60 * 60


class Generation:
    """The generation of copies as this process knows it."""

    def __init__(self) -> None:
        self._number, self._known_until = 0, 0.0

    def current(self) -> int:
        if time.monotonic() >= self._known_until:
            self._number = SessionGeneration.objects.values_list("number", flat=True).first() or 0
            self._known_until = time.monotonic() + settings.SESSION_GENERATION_SECONDS
        return self._number

    def advance(self) -> None:
        """Make every copy there is void."""
        if not SessionGeneration.objects.update(number=F("number") + 1):
            # The first time. Above any number there was, should the row ever be lost.
            SessionGeneration.objects.update_or_create(pk=1, defaults={"number": time.time_ns() // 10**6})
        self._known_until = 0.0


generation = Generation()


class SessionStore(DatabaseStore):
    """A session of the database, with a copy in the cache `SESSION_CACHE_ALIAS`."""

    def __init__(self, session_key: str | None = None) -> None:
        self._copies: Any = caches[settings.SESSION_CACHE_ALIAS]
        super().__init__(session_key)

    def load(self) -> dict[str, Any]:
        if not self.session_key:
            return {}
        key = self._copy_key(self.session_key)
        copy: dict[str, Any] | None = self._copies.get(key)
        return self._load_and_copy(key) if copy is None else copy

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        self._forget(self.session_key)

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        super().delete(session_key)
        self._forget(key)

    def _load_and_copy(self, key: str) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        seconds = int((row.expire_date - timezone.now()).total_seconds())
        try:
            self._copies.set(key, data, min(seconds, COPY_SECONDS))
        except CacheDown:
            return data
        same = {"session_key": row.session_key, "session_data": row.session_data}
        if not self.model.objects.filter(**same).exists():
            self._forget(row.session_key)
        return data

    def _forget(self, session_key: str | None) -> None:
        """Now, and once more when what was done to the session can be seen by others."""
        if not session_key:
            return
        self._forget_now(session_key)
        if transaction.get_connection().in_atomic_block:
            transaction.on_commit(partial(self._forget_now, session_key))

    def _forget_now(self, session_key: str) -> None:
        try:
            self._copies.delete(self._copy_key(session_key))
        except CacheDown:
            generation.advance()

    def _copy_key(self, session_key: str) -> str:
        return f"{generation.current()}:{session_key}"
