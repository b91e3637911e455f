"""Papers of many orders as one file for the printer, in the order in which they are picked."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

from django.db.models import prefetch_related_objects
from pypdf import PdfWriter

from documents.credit_note import render_credit_note
from documents.invoice import render_invoice
from documents.label import render_label
from documents.models import OrderFile
from documents.packing_slip import render_packing_slip
from documents.pick_list import render_pick_list
from documents.services.files import credit_note_source, invoice_source, read_file, shipment_source
from ecommerce.lib import documents_store
from orders.models import Invoice, Order, OrderEvent, Shipment
from orders.services.events import record

LABEL_PRINTED = "label_printed"
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PrintJob:
    """One PDF, empty (`b""`) when nothing could be printed, and what is missing, in words.

    `labels` are the parcels whose label is in it; `printed_before` names those of them whose label
    was printed already: two parcels with one label confuse every carrier.
    """

    pdf: bytes
    problems: list[str] = field(default_factory=list)
    labels: list[Shipment] = field(default_factory=list)
    printed_before: list[str] = field(default_factory=list)


def print_papers(*, orders: Iterable[Order], packing_slips: bool = True, bills: bool = True) -> PrintJob:
    """Return packing slips, invoices, credit notes and labels of `orders`, each order's together.

    Without `bills` there are no invoices and credit notes: nothing that says what it cost.

    Kept files are printed as they are; a paper that is not kept yet is made for this print.
    What cannot be printed is named in `problems` and does not hold up the rest. Writes nothing:
    `record_labels` notes what was printed.
    """
    orders = list(orders)
    prefetch_related_objects(orders, "lines", "shipments__lines__line", "credit_notes")
    # The newest of an order counts.
    issued = Invoice.objects.filter(order__in=orders).order_by("revision")
    invoices = {invoice.order_id: invoice for invoice in issued}
    kept = _kept_files(orders)
    writer, problems, labels = PdfWriter(), [], []
    for order in orders:
        for text, make, parcel in _papers(order, invoices.get(order.pk), kept, packing_slips, bills):
            if make is None:
                problems.append(f"Order {order.number}: {text}")
                continue
            try:
                writer.append(BytesIO(make()), import_outline=False)
            except Exception:
                log.exception("the %s of order %s could not be printed", text, order.number)
                problems.append(f"Order {order.number}: the {text} could not be made; please try again.")
            else:
                labels += [parcel] if parcel else []
    before = printed_labels(orders)
    again = [f"Order {row.order.number}: {row}" for row in labels if row.pk in before]
    return PrintJob(pdf=_bytes(writer), problems=problems, labels=labels, printed_before=again)


def record_labels(*, job: PrintJob, actor: Any) -> None:
    """Note in the history of each order that a label of it was printed, or printed again."""
    before = printed_labels([parcel.order for parcel in job.labels])
    for parcel in job.labels:
        message = f"Label printed{' again' if parcel.pk in before else ''}: {parcel}"
        data = {"shipment": parcel.pk}
        record(
            order=parcel.order, kind=LABEL_PRINTED, message=message, actor=actor, is_public=False, data=data
        )


def printed_labels(orders: Iterable[Order]) -> set[int]:
    """The parcels of `orders`, by id, whose label was printed."""
    events = OrderEvent.objects.filter(order__in=orders, kind=LABEL_PRINTED)
    return {data.get("shipment", 0) for data in events.values_list("data", flat=True)}


def print_pick_list(*, orders: Iterable[Order]) -> PrintJob:
    """Return the pick list of those of `orders` that may be picked; `problems` names the others."""
    orders = list(orders)
    prefetch_related_objects(orders, "lines")
    problems = [f"Order {order.number}: {words}" for order in orders if (words := _not_to_pick(order))]
    to_pick = [order for order in orders if not _not_to_pick(order)]
    pdf = render_pick_list(to_pick, left_out=problems) if to_pick else b""
    return PrintJob(pdf=pdf, problems=problems)


def _not_to_pick(order: Order) -> str:
    """Why nothing of an order is to be picked, in words; "" when something is."""
    if not order.can_be_edited:
        return f"{order.status_words.lower()}, so there is nothing to pick."
    if order.awaits_balance or (not order.is_paid and order.expires_at is not None):
        return "not paid yet, so nothing may leave."
    if all(line.quantity <= line.quantity_shipped for line in order.lines.all()):
        return "everything was sent."
    return ""


def _papers(
    order: Order, invoice: Invoice | None, kept: dict[str, OrderFile], packing_slips: bool, bills: bool
) -> Iterator[tuple[str, Callable[[], bytes] | None, Shipment | None]]:
    """Each paper's name with what makes it, or a problem in words with None; labels with their parcel."""
    cancelled = order.status == Order.Status.CANCELLED
    shipments = [shipment for shipment in order.shipments.all() if not shipment.is_deleted]
    if cancelled:
        yield "cancelled, so there is nothing to pack.", None, None
    elif packing_slips:
        yield "packing slip", partial(render_packing_slip, order), None
    if bills and invoice is not None:
        file = kept.get(invoice_source(invoice.pk))
        yield "invoice", partial(_read_or, file, partial(render_invoice, invoice.snapshot)), None
    elif bills and not cancelled:
        yield "no invoice yet; it is issued when the order is paid or shipped.", None, None
    for note in order.credit_notes.all() if bills else ():
        file = kept.get(credit_note_source(note.pk))
        yield "credit note", partial(_read_or, file, partial(render_credit_note, note.snapshot)), None
    if order.is_collect:
        return  # nothing is sent, so there is no label
    for shipment in shipments:
        shipment.order = order  # prefetched the other way round: saves a query each
        file = kept.get(shipment_source(shipment.pk))
        yield "label", partial(_read_or, file, partial(render_label, shipment)), shipment
    if not shipments and not cancelled:
        yield "not shipped yet, so there is no label.", None, None


def _kept_files(orders: list[Order]) -> dict[str, OrderFile]:
    try:
        files = OrderFile.objects.filter(order_id__in=[order.pk for order in orders])
        return {file.source: file for file in files}
    except documents_store.ERRORS as error:
        # The papers can be made again from the relational store alone.
        documents_store.tell(error, "kept papers, which are made anew")
        return {}


def _read_or(file: OrderFile | None, render: Callable[[], bytes]) -> bytes:
    if file is not None:
        try:
            return read_file(file)
        except Exception:
            # Storages of other makers raise errors of their own.
            log.exception("%s could not be read; it is made anew", file.path)
    return render()


def _bytes(writer: PdfWriter) -> bytes:
    if not writer.pages:
        return b""
    writer.compress_identical_objects()
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
