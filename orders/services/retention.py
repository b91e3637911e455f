"""How long invoices have to be kept, and what is done when that time is over.

Germany: invoices and credit notes for eight years (section 147 (1) no. 4 and (3) of the Abgabenordnung,
section 14b (1) of the Umsatzsteuergesetz, both as amended by the Fourth Bureaucracy Relief Act of 2024),
counted from the end of the calendar year in which they were issued (section 147 (4) AO).
"""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from ecommerce.lib.personal_data import ERASED, ERASED_HOST
from ecommerce.lib.transactions import retrying_atomic
from orders.models import CreditNote, Invoice, Order

YEARS = 8
# Stands in `status` of a paper whose buyer was taken out.
ANONYMISED = "anonymised"


def kept_until_year(issued: datetime) -> int:
    """The last year in which a paper issued then has to be there."""
    return timezone.localtime(issued).year + YEARS


def out_of_time(model: type[Invoice] | type[CreditNote], *, now: datetime) -> QuerySet[Any]:
    """Papers of erased people which nobody has to keep any longer."""
    first_kept = timezone.localtime(now).year - YEARS
    before = datetime(first_kept, 1, 1, tzinfo=timezone.get_current_timezone())
    erased = Q(order__email__endswith=f"@{ERASED_HOST}")
    return model.all_objects.filter(erased, issued_at__lt=before).exclude(status=ANONYMISED)


@retrying_atomic
def anonymise(paper: Invoice | CreditNote) -> None:
    """Take the buyer out of a paper; number, dates and amounts stay. Repeating it changes nothing."""
    snapshot = dict(paper.snapshot)
    for party in ("buyer", "ship_to"):
        if party in snapshot:
            snapshot[party] = {"name": ERASED, "country": snapshot[party].get("country", "")}
    snapshot["customer"] = {"name": ERASED, "email": "", "vat_number": ""}
    snapshot["billing_lines"] = snapshot["delivery_lines"] = [ERASED]
    type(paper).all_objects.filter(pk=paper.pk).update(snapshot=snapshot, status=ANONYMISED, comments="")
    Order.all_objects.filter(pk=paper.order_id).update(vat_number="")
