"""Finds papers that are still owed: lost messages, crashed workers, stores that were down."""

import logging
import random
from datetime import datetime
from typing import Any

from celery import Task
from django.db.models import QuerySet

from documents import tasks
from documents.services.retention import forget_old_papers
from ecommerce.lib.background import run_now
from orders.models import CreditNote, Invoice, Return, Shipment

log = logging.getLogger(__name__)

PER_RUN = 200
# So many failures one after the other say that a store is down, not that a paper is bad.
GIVE_UP_AFTER = 10


def owed_papers(*, now: datetime) -> dict[str, QuerySet[Any]]:
    """What has no file at `now` and should, by the kind of paper."""
    return {
        "invoice": Invoice.objects.filter(file_stored_at=None, issued_at__lte=now),
        "credit_note": CreditNote.objects.filter(file_stored_at=None, issued_at__lte=now),
        "label": Shipment.objects.filter(
            label_stored_at=None, shipped_at__lte=now, order__collect_from__isnull=True
        ),
        "return_label": Return.objects.filter(
            label_stored_at=None, approved_at__lte=now, status=Return.Status.APPROVED
        ),
    }


def sweep(*, now: datetime) -> dict[str, int]:
    """Make the papers that are owed at `now`, at most `PER_RUN` of each kind.

    Returns how many were made and how many failed; a failed one is tried again next time,
    and staff see it under the work that failed.
    """
    owed = owed_papers(now=now)
    made_invoices, failed_invoices = _make(owed["invoice"], tasks.store_invoice)
    made_notes, failed_notes = _make(owed["credit_note"], tasks.store_credit_note)
    made_labels, failed_labels = _make(owed["label"], tasks.store_label)
    made_returns, failed_returns = _make(owed["return_label"], tasks.store_return_label)
    return {
        "invoices filed": made_invoices,
        "credit notes filed": made_notes,
        "labels filed": made_labels + made_returns,
        "old papers anonymised": forget_old_papers(now=now),
        "papers failed": failed_invoices + failed_notes + failed_labels + failed_returns,
    }


def _make(owed: QuerySet[Any], task: Task) -> tuple[int, int]:
    candidates = list(owed.order_by("pk").values_list("pk", flat=True)[: PER_RUN * 10])
    # At random, so that papers which always fail do not keep the others from their turn.
    chosen = random.sample(candidates, min(PER_RUN, len(candidates)))
    made = failed = in_a_row = 0
    for pk in chosen:
        try:
            run_now(task, pk)
        except Exception:
            log.exception("a paper could not be made for %s %s", owed.model.__name__, pk)
            failed += 1
            in_a_row += 1
            if in_a_row == GIVE_UP_AFTER:
                break
        else:
            made += 1
            in_a_row = 0
    return made, failed
