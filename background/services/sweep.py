"""What failed, tried again when its time has come."""

from datetime import datetime

from background.services import failures


def sweep(*, now: datetime) -> dict[str, int]:
    """Hand over again what is due at `now`, forget what was over long ago. Safe to repeat."""
    return {
        "failed tasks tried again": failures.try_due(now=now),
        "old failures forgotten": failures.forget(now=now),
    }
