"""What follows from one try: delivered, tried again later, given up, or the end of an endpoint."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from ecommerce.lib.background import after_commit
from ecommerce.lib.transactions import retrying_atomic
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.services.schedule import next_try

PATIENCE = timedelta(days=5)
_GONE = 410


@dataclass(kw_only=True)
class Outcome:
    """An answer (`status`), or none, and what it says in `words`."""

    status: int | None = None
    words: str = ""
    retry_after: str = ""
    duration_ms: int = 0

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@retrying_atomic
def book(*, delivery: Delivery, until: datetime, outcome: Outcome) -> bool:
    """Write down a try of a delivery claimed `until` then; returns whether it was delivered.

    When the claim ran out meanwhile somebody else may be sending: the log has the try all the same.
    """
    now = timezone.now()
    Attempt.objects.create(
        delivery=delivery,
        at=now,
        status_code=outcome.status,
        duration_ms=outcome.duration_ms,
        answer=outcome.words,
    )
    mine = Delivery.objects.filter(pk=delivery.pk, claimed_until=until)
    changes = _changes(delivery, outcome, now)
    mine.update(claimed_until=None, last_status=outcome.status, last_answer=outcome.words, **changes)
    if outcome.is_success:
        Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(
            failing_since=None
        )
    else:
        _count_failure(delivery.endpoint, outcome, now)
    return outcome.is_success


def _changes(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, object]:
    states = Delivery.State
    if outcome.is_success:
        return {"state": states.DELIVERED, "delivered_at": now, "next_try_at": None}
    again = next_try(delivery.attempts, now=now, retry_after=outcome.retry_after)
    if again is None or outcome.status == _GONE:
        return {"state": states.GIVEN_UP, "next_try_at": None}
    return {"state": states.FAILED, "next_try_at": again}


def _count_failure(endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
    rows = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    rows.filter(failing_since=None).update(failing_since=now)
    if outcome.status == _GONE:
        disable(endpoint, "It answered 410 Gone: nobody wants these events there any more.", now=now)
    elif rows.filter(failing_since__lte=now - PATIENCE).exists():
        disable(endpoint, "Nothing but failures for five days.", now=now)


def disable(endpoint: Endpoint, why: str, *, now: datetime) -> None:
    """Give an endpoint up, once; its maker is told by email."""
    from webhooks.tasks import tell_maker

    rows = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    if rows.update(disabled_at=now, disabled_why=why, notice_due_at=now, modified_at=now):
        after_commit(tell_maker, endpoint.pk)
