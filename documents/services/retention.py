"""Papers whose time is over: the file goes, then the buyer in the record."""

from datetime import datetime

from django.core.files.storage import storages

from documents.models import OrderFile
from documents.services.files import credit_note_source, invoice_source
from orders.models import CreditNote, Invoice
from orders.services.retention import anonymise, out_of_time

PER_RUN = 100


def forget_old_papers(*, now: datetime) -> int:
    """Anonymise papers of erased people that the law does not want any longer; returns how many.

    Each step can be repeated: a run that dies leaves a record that still counts as owed.
    """
    done = 0
    for model, source in ((Invoice, invoice_source), (CreditNote, credit_note_source)):
        for paper in out_of_time(model, now=now).order_by("pk")[:PER_RUN]:
            for file in OrderFile.all_objects.filter(source=source(paper.pk)):
                storages["private"].delete(file.path)
                file.hard_delete()
            anonymise(paper)
            done += 1
    return done
