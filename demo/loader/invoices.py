"""Invoices of the demo's orders, numbered in the order in which they were issued."""

from collections import Counter
from datetime import timedelta

from django.db.models import Case, F, QuerySet, When
from django.utils import timezone
from tqdm import tqdm

from catalog.models import StoreSettings
from demo.loader.bulk import BATCH, Writer
from demo.loader.stories import AT_DOOR
from orders.models import Invoice, InvoiceCounter, Order
from orders.services.invoices import invoice_snapshot
from orders.services.numbering import Number, series_of

_DAYS_TO_PAY = 14


def orders_to_invoice() -> QuerySet[Order]:
    """The orders that get an invoice, in the order of that moment (`issued_at`)."""
    issued_at = Case(When(payment_method=AT_DOOR, then=F("shipped_at")), default=F("paid_at"))
    found = Order.objects.annotate(issued_at=issued_at).filter(issued_at__isnull=False)
    return found.order_by("issued_at", "pk")


def load_invoices(*, bar: tqdm) -> None:
    """Write an invoice for each order that was paid, or shipped to be paid at the door.

    Their PDFs stay owed: the sweep and the first download make them.
    """
    shop = StoreSettings.current()
    writer = Writer(Invoice, InvoiceCounter)
    last: Counter[str] = Counter()
    in_order = orders_to_invoice().prefetch_related("lines")
    for order in in_order.iterator(chunk_size=BATCH):
        _add_invoice(writer, order, last=last, shop=shop)
        writer.flush_when_full()
        bar.update()
    for series, number in last.items():
        writer.add(InvoiceCounter, series=series, last=number, store_id=shop.seller_id)
    writer.flush()


def _add_invoice(writer: Writer, order: Order, *, last: Counter[str], shop: StoreSettings) -> None:
    issued = timezone.localtime(order.issued_at)  # type: ignore[attr-defined]
    series = next(series_of(shop.seller, InvoiceCounter.Kind.INVOICE, f"{issued:%Y}"))
    last[series] += 1
    number = str(Number(series=series, sequence=last[series]))
    paid_later = order.payment_method == AT_DOOR
    due_on = issued.date() + timedelta(days=_DAYS_TO_PAY if paid_later else 0)
    # The paper says what was true on the day, whatever was refunded since.
    states = Order.PaymentStatus
    order.payment_status = states.UNPAID if paid_later else states.PAID
    writer.add(
        Invoice,
        order_id=order.pk,
        store_id=shop.seller_id,
        series=series,
        sequence=last[series],
        number=number,
        issued_at=issued,
        due_on=due_on,
        amount=order.total,
        currency=order.currency,
        snapshot={
            "number": number,
            "issued_on": issued.date().isoformat(),
            "due_on": due_on.isoformat(),
            **invoice_snapshot(order, shop=shop),
        },
        created_at=issued,
    )
