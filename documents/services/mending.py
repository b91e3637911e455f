"""Makes records and kept papers agree after one store was put back to another moment than the other."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.storage import storages
from django.db.models import Model, Q

from documents.models import OrderFile
from documents.services.files import credit_note_source, invoice_source, return_source, shipment_source
from ecommerce.lib.personal_data import ERASED_HOST
from orders.models import CreditNote, Invoice, Return, Shipment
from orders.services.retention import ANONYMISED

BATCH = 500
# Papers that are gone on purpose: out of time, and labels of people who were erased.
_OUT_OF_TIME = Q(status=ANONYMISED)
_ERASED = Q(order__email__endswith=f"@{ERASED_HOST}")
# Which record a kept paper is of, the field that says that it is kept, and which have none any more.
_PAPERS: tuple[tuple[type[Model], Callable[[int], str], str, Q], ...] = (
    (Invoice, invoice_source, "file_stored_at", _OUT_OF_TIME),
    (CreditNote, credit_note_source, "file_stored_at", _OUT_OF_TIME),
    (Shipment, shipment_source, "label_stored_at", _ERASED),
    (Return, return_source, "label_stored_at", _ERASED),
)


def mend_papers() -> dict[str, int]:
    """Drop documents of papers that lead nowhere, and let records without their paper owe it again.

    The sweep then makes what is owed, from the record's snapshot. Run it while nothing else runs;
    a second run finds nothing. Returns how much was put right.
    """
    owners = {source(pk) for model, source, *_ in _PAPERS for pk in _keys(model)}
    dropped, kept = 0, set()
    for file in OrderFile.objects.iterator(chunk_size=BATCH):
        if file.source in owners and storages["private"].exists(file.path):
            kept.add(file.source)
        else:
            file.hard_delete()
            dropped += 1
    owed = 0
    for model, source, stored_at, gone in _PAPERS:
        marked = model._base_manager.filter(**{f"{stored_at}__isnull": False}).exclude(gone)
        lost = [pk for pk in marked.values_list("pk", flat=True) if source(pk) not in kept]
        for some in _batches(lost):
            owed += model._base_manager.filter(pk__in=some).update(**{stored_at: None})
    return {"documents without record or file dropped": dropped, "papers owed again": owed}


def _keys(model: type[Model]) -> Iterable[Any]:
    return model._base_manager.values_list("pk", flat=True).iterator(chunk_size=BATCH)


def _batches(keys: list[Any]) -> Iterable[list[Any]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
