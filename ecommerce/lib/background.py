"""Work that must not hold up a request: handed over after commit, never before.

Losing a message is allowed: the database remembers what is owed (an unsent email, an invoice
without its file), and `manage.py sweep` finds it again. So every task is idempotent.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

from celery import Task
from django.conf import settings
from django.db import close_old_connections, transaction

from ecommerce.lib.lanes import Lane

log = logging.getLogger(__name__)
# A thread for each lane, made with its first work. A task in a lane of its own is kept waiting by
# nothing else and keeps nothing else waiting, such as a partner's server that answers slowly.
_lanes: dict[str, ThreadPoolExecutor] = {}
_making = Lock()


def after_commit(task: Task, *args: Any) -> None:
    """Run `task` with `args` (plain numbers and strings) once the open transaction commits."""

    # A function with a name, not a partial: Django's report of one that failed asks for it.
    def hand_over() -> None:
        _hand_over(task, args)

    transaction.on_commit(hand_over, robust=True)


def task_named(name: str) -> Task:
    """The task of an app further up, which cannot be imported from here."""
    from ecommerce.celery import app

    if name not in app.tasks:
        # Loads the tasks of all apps, and lets Django check every model: once is enough.
        app.loader.import_default_modules()
    return app.tasks[name]


def _hand_over(task: Task, args: tuple[Any, ...]) -> None:
    match settings.BACKGROUND:
        case "celery":
            task.delay(*args)
        case "thread":
            lane(getattr(task, "lane", "background")).submit(_run, task, args)
        case "eager":
            task.apply(args=args, throw=True)
        case "off":  # as if every message were lost: what the sweep is for
            pass


def lane(name: str) -> ThreadPoolExecutor:
    """The thread of this lane. A task is in the one that `@shared_task(lane=…)` names."""
    with _making:
        if name not in _lanes:
            _lanes[name] = Lane(max_workers=1, thread_name_prefix=name)
        return _lanes[name]


def _run(task: Task, args: tuple[Any, ...]) -> None:
    close_old_connections()
    try:
        task.apply(args=args, throw=True)
    except Exception:
        # The row that says the work is owed is still there; the sweep tries again.
        log.exception("background task %s failed", task.name)
    finally:
        close_old_connections()
