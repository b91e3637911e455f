"""Finds the work that is still owed, in every app, and does it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from background.services.leases import lease
from background.services.sweep import sweep as sweep_failed
from catalog.services.sweep import sweep as sweep_catalog
from customers.services.sweep import sweep as sweep_customers
from dashboard.services.data_sweep import sweep as sweep_personal_data
from documents.services.sweep import sweep as sweep_documents
from orders.services.sweep import sweep as sweep_orders
from payments.services.sweep import sweep as sweep_payments
from reviews.services.sweep import sweep as sweep_feedback
from webhooks.services.sweep import sweep as sweep_webhooks

log = logging.getLogger(__name__)

# Payments first: money that has arrived keeps its order from being cancelled as unpaid. Webhooks last:
# other people's servers may be slow.
SWEEPS: dict[str, Callable[..., dict[str, int]]] = {
    "payments": sweep_payments,
    "orders": sweep_orders,
    "documents": sweep_documents,
    "catalog": sweep_catalog,
    "customers": sweep_customers,
    "feedback": sweep_feedback,
    "personal data": sweep_personal_data,
    "failed work": sweep_failed,
    "webhooks": sweep_webhooks,
}

# Longer than a round takes, so that two seldom meet; short, because who is killed keeps it.
_ALONE = timedelta(minutes=5)


def sweep_alone(kind: str, *, now: datetime) -> dict[str, int] | None:
    """Let one app do what it owes at `now`, unless another process is at just that: then None.

    Raises what the app raises, and KeyError for an unknown kind. Every sweep is safe beside another of
    its kind, so the lease only saves doing things twice.
    """
    work = SWEEPS[kind]
    with lease(f"sweep {kind}", lasts=_ALONE) as alone:
        return work(now=now) if alone else None


def sweep(*, now: datetime, alone: bool = False) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Let each app do what it owes at `now`; returns what each did, and the apps that failed.

    An app that fails does not keep the others from their work. `alone` leaves out what another process
    is at; a person who asks for a sweep gets all of it.
    """
    done: dict[str, dict[str, int]] = {}
    failed: list[str] = []
    for name, work in SWEEPS.items():
        try:
            done[name] = (sweep_alone(name, now=now) or {}) if alone else work(now=now)
        except Exception:
            log.exception("the sweep of %s failed", name)
            failed.append(name)
    return done, failed
