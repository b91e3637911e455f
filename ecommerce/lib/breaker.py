"""Leaves a service alone that does not answer, so that not every request waits to find that out."""

import logging
import threading
import time

log = logging.getLogger(__name__)


class Breaker:
    """What this process knows of one service; safe to use from every thread.

    After a failure `is_open` for `hold` seconds: the caller goes without the service at once. Then
    one caller is let through to look, and the others go without until it `worked`.
    """

    def __init__(self, name: str, *, hold: float) -> None:
        self.name, self.hold = name, hold
        self._lock = threading.Lock()
        self._until: float | None = None  # None: it works

    def is_open(self) -> bool:
        """Whether to go without the service now."""
        if self._until is None:
            return False
        with self._lock:
            now = time.monotonic()
            if self._until is None or now < self._until:
                return self._until is not None
            self._until = now + self.hold  # whoever asked looks for all
            return False

    def failed(self, error: BaseException) -> None:
        """The service could not be reached."""
        with self._lock:
            is_news, self._until = self._until is None, time.monotonic() + self.hold
        if is_news:
            log.error("%s cannot be reached: %s", self.name, error)

    def worked(self) -> None:
        """The service answered."""
        if self._until is None:
            return
        with self._lock:
            was_down, self._until = self._until is not None, None
        if was_down:
            log.warning("%s answers again", self.name)
