"""Whether this request may read the catalogue from the replica, and whether the replica can be read.

Only `ReplicaMiddleware` begins such reading, so services called by tasks, commands and tests, and
everything a transaction does, see the primary.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

log = logging.getLogger(__name__)
ALIAS = "replica"
# How long an answer about the replica is believed: a good one, and one that it cannot be read.
_GOOD_SECONDS, _BAD_SECONDS = 2.0, 10.0


@dataclass
class Reading:
    """What one request has done so far."""

    used: bool = False
    wrote: bool = False


_reading: ContextVar[Reading | None] = ContextVar("reading_from_replica", default=None)


@contextmanager
def reading_from_replica() -> Iterator[Reading]:
    """Within the block, models of the catalogue may be read from the replica."""
    begun = Reading()
    token = _reading.set(begun)
    try:
        yield begun
    finally:
        _reading.reset(token)


@contextmanager
def reading_from_primary() -> Iterator[None]:
    """Within the block, nothing is read from the replica."""
    token = _reading.set(None)
    try:
        yield
    finally:
        _reading.reset(token)


def may_read() -> bool:
    """Whether the next read of the catalogue goes to the replica; then this counts as a use of it."""
    now = _reading.get()
    if now is None or now.wrote or connections["default"].in_atomic_block or not is_usable():
        return False
    now.used = True
    return True


def note_write() -> None:
    """The catalogue is written: what this request reads from here on is the primary's."""
    if now := _reading.get():
        now.wrote = True


class _Health:
    """What this process knows of the replica, and until when it believes that."""

    usable = True
    until = 0.0
    asking = threading.Lock()


def is_usable() -> bool:
    """Whether the replica answers and is not too far behind, asked every few seconds.

    One thread asks; meanwhile the others go by the last answer.
    """
    if time.monotonic() >= _Health.until and _Health.asking.acquire(blocking=False):
        try:
            _remember(_answers())
        finally:
            _Health.asking.release()
    return _Health.usable


def is_lost() -> bool:
    """Whether this thread's connection to the replica is gone, which explains an error of a page."""
    connection = connections[ALIAS]
    return connection.connection is None or not connection.is_usable()


def mark_down() -> None:
    """Reading failed: leave the replica alone for some seconds."""
    _remember(False)
    connections[ALIAS].close()


def _remember(usable: bool) -> None:
    if usable is not _Health.usable:
        log.warning("the replica is %s", "read again" if usable else "not read: down or too far behind")
    _Health.usable = usable
    _Health.until = time.monotonic() + (_GOOD_SECONDS if usable else _BAD_SECONDS)


def _answers() -> bool:
    connection = connections[ALIAS]
    try:
        lag = _lag(connection)
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    return lag is not None and lag <= settings.REPLICA_MAX_LAG


def _lag(connection: BaseDatabaseWrapper) -> float | None:
    """Seconds behind the primary; None when replication has stopped.

    A server that knows of no replication of its own (a proxy in front of several, a cluster) is
    taken as up to date. The user needs the right to ask: docs/mysql.md.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "mysql":
            cursor.execute("SELECT 1")
            return 0
        cursor.execute("SHOW REPLICA STATUS")
        row = cursor.fetchone()
        if row is None:
            return 0
        names = [column[0] for column in cursor.description]
    status = dict(zip(names, row, strict=True))
    behind = status.get("Seconds_Behind_Source", status.get("Seconds_Behind_Master"))
    return None if behind is None else float(behind)
