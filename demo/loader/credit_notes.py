"""Credit notes of the demo's refunds, numbered in the order in which the money went back."""

from collections import Counter

from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from catalog.models import StoreSettings
from demo.loader.bulk import BATCH, Writer
from orders.models import CreditNote, InvoiceCounter
from orders.services.credit_notes import Wanted, values_of, work_out
from orders.services.numbering import Number, series_of
from payments.models import Refund
from payments.services.sent_refunds import way_of


def refunds_to_credit() -> QuerySet[Refund]:
    """The refunds that get a credit note, in the order in which the money went back."""
    done = Refund.objects.filter(done_at__isnull=False, payment__order__invoices__isnull=False)
    return done.order_by("done_at", "pk")


def load_credit_notes(*, bar: tqdm) -> None:
    """Write a credit note for each of them. Their PDFs stay owed."""
    seller, kind = StoreSettings.current().seller, InvoiceCounter.Kind.CREDIT_NOTE
    writer = Writer(CreditNote, InvoiceCounter)
    last: Counter[str] = Counter()
    sent = refunds_to_credit().select_related("payment__order").prefetch_related("payment__order__lines")
    for refund in sent.iterator(chunk_size=BATCH):
        order = refund.payment.order
        invoice = order.invoice
        wanted = Wanted(amount=refund.credit, lines={}, key=refund.key)
        series = next(series_of(seller, kind, f"{timezone.localtime(refund.done_at):%Y}"))
        last[series] += 1
        values = values_of(
            order,
            invoice,
            wanted,
            work_out(order, invoice, wanted, earlier=[]),
            Number(series=series, sequence=last[series]),
            reason=refund.reason,
            how=way_of(refund),
            issued_at=refund.done_at,  # type: ignore[arg-type]
        )
        writer.add(
            CreditNote,
            order_id=order.pk,
            invoice_id=invoice.pk,
            store_id=invoice.store_id,
            created_at=refund.done_at,
            **values,
        )
        writer.flush_when_full()
        bar.update()
    for series, number in last.items():
        writer.add(InvoiceCounter, series=series, last=number, store_id=seller and seller.pk, kind=kind)
    writer.flush()
