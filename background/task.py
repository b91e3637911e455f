"""What every task of the shop is: limited in time, tried again, and on record when it failed.

It does the same with a broker, in a thread and in place. A task is idempotent, so one more try does
no harm.
"""

import logging
import random
from typing import Any

from celery import Task as CeleryTask
from celery.exceptions import Ignore, Reject, Retry, TimeLimitExceeded
from django.db import InterfaceError, OperationalError, connections

from ecommerce.lib.background import TryLater
from ecommerce.lib.errors import Busy
from ecommerce.lib.queues import GRACE, QUEUES
from ecommerce.lib.sms import SmsNotSent

log = logging.getLogger(__name__)

TRIES_AGAIN = 5
_FIRST_WAIT = 5.0
_LONGEST_WAIT = 600.0
# Files, sockets, mail servers (smtplib) and HTTP (requests) all raise an OSError.
_PASSING = (OSError, OperationalError, InterfaceError, Busy, SmsNotSent)
# These are known by where they come from: importing them would cost every process its time.
_PASSING_PACKAGES = ("botocore", "boto3", "s3transfer", "pymongo")


class Task(CeleryTask):
    """The base of all tasks. `words_only` says that the arguments are words of the code or numbers, so
    that they may be kept; otherwise only numbers are: a text may hold a secret or an address."""

    abstract = True
    max_retries = TRIES_AGAIN
    # Until the next try of one whose process was killed.
    default_retry_delay = 30
    queue_name = ""
    words_only = False

    @classmethod
    def on_bound(cls, app: Any) -> None:
        """The limits in time are those of the queue."""
        if queue := QUEUES.get(cls.queue_name):
            cls.soft_time_limit = cls.soft_time_limit or queue.seconds
            cls.time_limit = cls.time_limit or queue.seconds + GRACE

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.request.called_directly:
            return self.run(*args, **kwargs)
        try:
            result = self.run(*args, **kwargs)
        except (Ignore, Reject, Retry):
            raise
        except Exception as error:
            self._try_again(error)
            self._keep(error, args)
            raise
        self._settle(args)
        return result

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Celery calls this for every failure; a task that was killed could not keep it itself."""
        if isinstance(exc, TimeLimitExceeded):
            self.keep_lost(exc, args)

    def keep_lost(self, error: Exception, args: Any) -> None:
        """Keep the failure of a task whose process is gone; runs in the process that started it."""
        self._keep(error, tuple(args))
        # Its next child must not inherit an open connection.
        connections.close_all()

    def _try_again(self, error: Exception) -> None:
        """Raise what has the task run again later; return when there is no use in it, or no try left."""
        tries = self.request.retries or 0
        if tries >= self.max_retries or not is_passing(error):
            return
        seconds = wait_before(tries)
        if self.request.is_eager:
            raise TryLater(seconds) from error
        log.warning("task %s failed (%s), again in %.0f s", self.name, type(error).__name__, seconds)
        try:
            self.retry(exc=error, countdown=seconds)
        except Reject:
            log.error("task %s could not be published for another try", self.name)

    def _keep(self, error: Exception, args: tuple[Any, ...]) -> None:
        from background.services import failures

        try:
            failures.record(task=self, args=args, error=error)
        except Exception:  # the database may be what failed: then the log is the only place left
            log.exception("the failure of task %s could not be kept", self.name)

    def _settle(self, args: tuple[Any, ...]) -> None:
        from background.services import failures

        try:
            failures.settle(task=self, args=args)
        except Exception:
            log.exception("that task %s works again could not be kept", self.name)


def is_passing(error: BaseException | None) -> bool:
    """Whether the same may work a little later: a network, a disk, a lock, another server."""
    while error is not None:
        packages = {cls.__module__.partition(".")[0] for cls in type(error).__mro__}
        if isinstance(error, _PASSING) or packages & set(_PASSING_PACKAGES):
            return True
        error = error.__cause__  # Django wraps what its database drivers raise
    return False


def wait_before(tries: int) -> float:
    """Seconds until the next try: four times longer each, and never at the same moment as others."""
    longest = min(_FIRST_WAIT * 4**tries, _LONGEST_WAIT)
    return random.uniform(longest / 2, longest)
