"""Work that must not hold up a request: handed over after commit, never before.

Losing a message is allowed: the database remembers what is owed (an unsent email, an invoice
without its file), and `manage.py sweep` finds it again. So every task is idempotent. What fails for
good is on record as well (`background/`). docs/background.md tells the whole of it.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Timer
from typing import Any

from celery import Task
from django.conf import settings
from django.db import close_old_connections, transaction

from ecommerce.lib.lanes import Lane
from ecommerce.lib.publishing import publish
from ecommerce.lib.queues import DEFAULT

log = logging.getLogger(__name__)
# A thread for each queue, made with its first work.
_lanes: dict[str, ThreadPoolExecutor] = {}
_making = Lock()


class TryLater(Exception):
    """A task that runs without a broker failed for a reason that passes; try again in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


def after_commit(task: Task, *args: Any) -> None:
    """Run `task` with `args` (plain numbers and strings) once the open transaction commits."""

    # A function with a name, not a partial: Django's report of one that failed asks for it.
    def hand_over() -> None:
        _hand_over(task, args)

    transaction.on_commit(hand_over, robust=True)


def run_now(task: Task, *args: Any) -> Any:
    """Run `task` here and return its answer, in one try. Raises what it raises, which is on record then:
    for the sweep, whose every round is one more try."""
    return task.apply(args=args, retries=task.max_retries, throw=True).result


def task_named(name: str) -> Task:
    """The task of an app further up, which cannot be imported from here. Raises KeyError."""
    from ecommerce.celery import app

    if name not in app.tasks:
        # Loads the tasks of all apps, and lets Django check every model: once is enough.
        app.loader.import_default_modules()
    return app.tasks[name]


def _hand_over(task: Task, args: tuple[Any, ...]) -> None:
    match settings.BACKGROUND:
        case "celery":
            publish(task, args)
        case "thread":
            _submit(task, args)
        case "eager":
            run_now(task, *args)
        case "off":  # as if every message were lost: what the sweep is for
            pass


def lane(name: str) -> ThreadPoolExecutor:
    """The thread of this queue."""
    with _making:
        if name not in _lanes:
            _lanes[name] = Lane(max_workers=1, thread_name_prefix=name)
        return _lanes[name]


def _submit(task: Task, args: tuple[Any, ...], tries: int = 0) -> None:
    lane(task.queue_name or DEFAULT).submit(_run, task, args, tries)


def _run(task: Task, args: tuple[Any, ...], tries: int = 0) -> None:
    close_old_connections()
    try:
        task.apply(args=args, retries=tries, throw=True)
    except TryLater as later:
        # A timer, so that the queue goes on meanwhile. One that ends with the process is a lost message.
        timer = Timer(later.seconds, _submit_again, [task, args, tries + 1])
        timer.daemon = True
        timer.start()
    except Exception:
        # The row that says the work is owed is still there; the sweep tries again.
        log.exception("background task %s failed", task.name)
    finally:
        close_old_connections()


def _submit_again(task: Task, args: tuple[Any, ...], tries: int) -> None:
    try:
        _submit(task, args, tries)
    except RuntimeError:
        log.info("background task %s was not tried again: the process ends", task.name)
