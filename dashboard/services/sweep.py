"""Finds the work that is still owed, in every app, and does it."""

import logging
from collections.abc import Callable
from datetime import datetime

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
    "webhooks": sweep_webhooks,
}


def sweep(*, now: datetime) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Let each app do what it owes at `now`; returns what each did, and the apps that failed.

    An app that fails does not keep the others from their work.
    """
    done: dict[str, dict[str, int]] = {}
    failed: list[str] = []
    for name, work in SWEEPS.items():
        try:
            done[name] = work(now=now)
        except Exception:
            log.exception("the sweep of %s failed", name)
            failed.append(name)
    return done, failed
