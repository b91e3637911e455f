"""When Celery beat has which work looked for. Imports nothing of Django, because settings import it."""

from typing import Any

# Each kind of owed work (`dashboard/services/sweep.py`): the queue its round runs in, so that a slow
# one keeps only its own kind waiting, and how many times as long its pause is.
KINDS = {
    "payments": ("default", 1),
    "orders": ("mail", 1),
    "documents": ("documents", 1),
    "catalog": ("default", 1),
    "customers": ("default", 30),
    "feedback": ("mail", 1),
    "personal data": ("reports", 2),
    "failed work": ("default", 1),
    "webhooks": ("webhooks", 1),
}


def beat_schedule(seconds: int) -> dict[str, dict[str, Any]]:
    """One entry for each kind. A round that no worker began before the next one is forgotten."""
    return {
        f"sweep {kind}": {
            "task": "dashboard.sweep",
            "schedule": seconds * times,
            "args": (kind,),
            "options": {"queue": queue, "expires": seconds * times},
        }
        for kind, (queue, times) in KINDS.items()
    }
