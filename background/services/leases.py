"""Doing a kind of work alone, over all processes and machines: a row with an end.

It saves work, no more: everything done under a lease is safe to do twice at once, as happens when
one takes longer than its lease.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from background.models import Lease


@contextmanager
def lease(name: str, *, lasts: timedelta) -> Iterator[bool]:
    """Whether the block has the lease: false while somebody else does. It ends with the block, or after
    `lasts` when the process dies."""
    holder = uuid.uuid4().hex
    got = _take(name, holder, lasts)
    try:
        yield got
    finally:
        if got:
            Lease.objects.filter(name=name, holder=holder).update(until=timezone.now(), holder="")


def _take(name: str, holder: str, lasts: timedelta) -> bool:
    now = timezone.now()
    mine = {"holder": holder, "until": now + lasts}
    if Lease.objects.filter(name=name, until__lte=now).update(**mine):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, **mine)
    except IntegrityError:  # somebody else was faster
        return False
    return True
