"""The record of work that failed: written by every task, settled when it works after all."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from celery import Task
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from background.models import FailedTask
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic

State = FailedTask.State
# It is tried again by itself after as long as it has been failing, within these.
_SOONEST, _LATEST = timedelta(minutes=5), timedelta(hours=1)
_AT_ONCE = 100
_KEPT = timedelta(days=90)
# What a message may not carry on: addresses, what stands in a URL, numbers and anything like a key.
_SECRETS = (
    (re.compile(r"[\w.+-]+@[\w.-]+"), "…@…"),
    (re.compile(r"(\w+://)[^\s'\">]+"), r"\1…"),
    (re.compile(r"\+?\d[\d\s-]{5,}\d"), "…"),
    (re.compile(r"[\w+/=-]{24,}"), "…"),
)


def record(*, task: Task, args: Iterable[Any], error: Exception) -> FailedTask:
    """Note that `task` failed with `args`. The same work has one row, whose failures are counted; what
    staff discarded stays discarded."""
    now, args = timezone.now(), list(args)
    kept = args if _may_be_kept(task, args) else None
    told = {
        "error_class": type(error).__name__[:120],
        "message": safe_words(str(error)) if kept is not None else "",
        "queue": task.queue_name,
        "last_failed_at": now,
    }
    rows = FailedTask.objects.filter(key=key_of(task.name, args))
    new = {"task": task.name, "args": kept, "first_failed_at": now, "next_try_at": now + _SOONEST}
    if not _count(rows, told, now):
        try:
            with transaction.atomic():
                return FailedTask.objects.create(key=key_of(task.name, args), **new, **told)
        except IntegrityError:  # somebody else was faster
            _count(rows, told, now)
    return rows.get()


def _count(rows: Any, told: dict[str, Any], now: datetime) -> int:
    """Add a failure to the row there is. One that had been done begins anew."""
    began = {"state": State.FAILED, "attempts": 1, "first_failed_at": now, "next_try_at": now + _SOONEST}
    anew: int = rows.filter(state=State.RESOLVED).update(**told, **began, resolved_at=None)
    again = rows.exclude(state=State.DISCARDED).update(
        **told, attempts=F("attempts") + 1, state=State.FAILED
    ) if not anew else 0  # fmt: skip
    if anew or again:
        return anew or again
    counted: int = rows.update(**told, attempts=F("attempts") + 1)
    return counted


def settle(*, task: Task, args: Iterable[Any]) -> bool:
    """Note that this work is done; returns whether it had failed before."""
    failed = FailedTask.objects.filter(key=key_of(task.name, list(args))).exclude(state=State.RESOLVED)
    if not failed.exists():  # nearly always: no need to take a write lock
        return False
    return bool(failed.update(state=State.RESOLVED, resolved_at=timezone.now(), next_try_at=None))


@retrying_atomic
def retry(*, failed: FailedTask, actor: Any) -> FailedTask:
    """Have it tried once more after commit. Raises DomainError: `arguments_unknown`, `already_done`, and
    `unknown_task` for work that this version of the shop no longer knows."""
    row = FailedTask.objects.select_for_update().get(pk=failed.pk)
    if row.args is None:
        raise DomainError("Its arguments were not kept, as they may be secret.", code="arguments_unknown")
    if row.state == State.RESOLVED:
        raise DomainError("That is done already.", code="already_done")
    try:
        task = task_named(row.task)
    except KeyError:
        raise DomainError("The shop no longer knows this work.", code="unknown_task") from None
    now = timezone.now()
    row.state, row.next_try_at = State.RETRIED, now + _SOONEST
    row.decided_by, row.decided_at = actor, now
    row.save(update_fields=["state", "next_try_at", "decided_by", "decided_at"])
    after_commit(task, *row.args)
    return row


@retrying_atomic
def discard(*, failed: FailedTask, actor: Any) -> FailedTask:
    """Have it not tried again and not shown as work. Raises DomainError `already_done`; repeating changes
    nothing."""
    row = FailedTask.objects.select_for_update().get(pk=failed.pk)
    if row.state == State.RESOLVED:
        raise DomainError("That is done already.", code="already_done")
    if row.state != State.DISCARDED:
        row.state, row.next_try_at = State.DISCARDED, None
        row.decided_by, row.decided_at = actor, timezone.now()
        row.save(update_fields=["state", "next_try_at", "decided_by", "decided_at"])
    return row


def try_due(*, now: datetime) -> int:
    """Hand over again what failed and is due; returns how many. Tasks are idempotent: one whose work was
    done by other means succeeds, and its row is settled."""
    due = FailedTask.objects.open().filter(next_try_at__lte=now, args__isnull=False)
    handed_over = 0
    for row in list(due.order_by("next_try_at", "pk")[:_AT_ONCE]):
        pause = min(max(now - row.first_failed_at, _SOONEST), _LATEST)
        # The condition is part of the UPDATE: of several sweeps one gets it.
        mine = FailedTask.objects.open().filter(pk=row.pk, next_try_at=row.next_try_at)
        if not mine.update(next_try_at=now + pause):
            continue
        try:
            task = task_named(row.task)
        except KeyError:
            FailedTask.objects.filter(pk=row.pk).update(next_try_at=None)
            continue
        after_commit(task, *row.args)
        handed_over += 1
    return handed_over


def forget(*, now: datetime) -> int:
    """Delete what was settled or discarded, and has not failed for 90 days; returns how many."""
    closed = FailedTask.objects.filter(state__in=[State.RESOLVED, State.DISCARDED])
    old = list(closed.filter(last_failed_at__lt=now - _KEPT).values_list("pk", flat=True)[:1000])
    FailedTask.objects.filter(pk__in=old).delete()
    return len(old)


def key_of(name: str, args: list[Any]) -> str:
    """The same for the same work. Keyed, so that nobody can find out a secret argument by guessing."""
    text = json.dumps([name, args], default=str).encode()
    return hmac.new(settings.SECRET_KEY.encode() + b"background.failed", text, hashlib.sha256).hexdigest()


def safe_words(text: str) -> str:
    """A message without what may be secret or somebody's."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return " ".join(text.split())[:300]


def _may_be_kept(task: Task, args: list[Any]) -> bool:
    return getattr(task, "words_only", False) or all(type(value) is int for value in args)
