"""What is still to be sent, found again from the database, and what may be forgotten."""

from datetime import datetime, timedelta

from webhooks.models import Event
from webhooks.services.notices import tell_makers
from webhooks.services.sending import send_due
from webhooks.services.subscribing import forget_old_secrets

KEPT = timedelta(days=30)
_AT_ONCE = 2000


def sweep(*, now: datetime) -> dict[str, int]:
    """Do what is due at `now`; returns how much of each. Safe to repeat, and beside others."""
    return {
        "webhooks_delivered": send_due(now=now),
        "webhook_makers_told": tell_makers(now=now),
        "old_secrets_erased": forget_old_secrets(),
        "old_events_forgotten": forget(now=now),
    }


def forget(*, now: datetime) -> int:
    """Delete events of more than 30 days ago, with their deliveries and every try; returns how many."""
    old = list(
        Event.objects.filter(created_at__lt=now - KEPT).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
    )
    Event.objects.filter(pk__in=old).delete()
    return len(old)
