"""The one place where a lock conflict or a deadlock is tried again."""

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connections, transaction

from ecommerce.lib.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)

BUSY = "The shop is very busy right now. Nothing was changed; please try again."
# MySQL: 1205 lock wait timeout, 1213 deadlock. SQLite says it in words.
_MYSQL_CODES = {1205, 1213}
# Each wait for a lock is bounded by the database (`innodb_lock_wait_timeout`); their sum is bounded here.
_PATIENCE = 12
_SQLITE_WORDS = ("database is locked", "database table is locked")


def is_lock_conflict(error: OperationalError) -> bool:
    """Whether `error` says that another transaction was in the way, so a retry may work."""
    if error.args and error.args[0] in _MYSQL_CODES:
        return True
    return any(words in str(error) for words in _SQLITE_WORDS)


def forget_writes(**kwargs: object) -> None:
    """Begin a request: `may_have_written` asks about what comes from here on."""
    for connection in connections.all(initialized_only=True):
        if hasattr(connection, "writes"):
            connection.writes = 0


def may_have_written() -> bool:
    """Whether this request has sent a COMMIT, or wrote outside of a transaction: that is done or may be,
    though the database went away without an answer. An embedded one does not go away."""
    return bool(getattr(connections["default"], "writes", 0))


def retrying_atomic(function: Callable[P, R], *, attempts: int = 5) -> Callable[P, R]:
    """Run `function` in one transaction, again when another transaction got in its way.

    Only the outermost transaction retries: inside an open one the whole of it has to start
    over, so the error is passed up to where it began. After `attempts` tries, or when waiting for
    a lock has used up `_PATIENCE` seconds, `Busy` is raised and nothing has been written.

    A connection that is lost is no conflict: when it goes at COMMIT, nobody knows whether the
    transaction was made, so running it again could do everything twice.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connections["default"].in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        began = time.monotonic()
        for attempt in range(1, attempts + 1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not is_lock_conflict(error):
                    raise
                log.warning("lock conflict in %s, attempt %s", function.__qualname__, attempt)
                if time.monotonic() - began > _PATIENCE:
                    break
                if attempt < attempts:
                    # Apart at random, so that two rivals do not meet again.
                    time.sleep(random.uniform(0.01, 0.05) * 2**attempt)
        raise Busy(BUSY)

    return wrapper
