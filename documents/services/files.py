"""Papers that are kept: rendered once, put into private storage, and found by a document.

Three steps, each safe to repeat after a crash at any point: the file is written, the document
that names it is written, and then the relational row is marked as no longer owing a file. A
paper renders to the same bytes every time, so two workers that meet write the same file.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from documents.credit_note import render_credit_note
from documents.invoice import render_invoice
from documents.label import render_label
from documents.models import OrderFile
from documents.return_label import render_return_label
from ecommerce.lib.errors import NotFound
from orders.models import CreditNote, Invoice, Order, Return, Shipment


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What is to be kept: its name in the store, where it goes, and how it is made."""

    source: str
    order: Order
    file_type: str
    path: str
    render: Callable[[], bytes]


def store_invoice_file(*, invoice_id: int) -> OrderFile:
    """Keep the PDF of an invoice and return its document; the existing one when there is one.

    Raises NotFound for an unknown invoice, and what the storage or the document store raise
    while they are down: the invoice then still owes its file.
    """
    invoice = Invoice.objects.select_related("order").filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound("There is no such invoice.")
    year = timezone.localtime(invoice.issued_at).year
    paper = Paper(
        source=invoice_source(invoice.pk),
        order=invoice.order,
        file_type=OrderFile.FileType.INVOICE,
        path=f"invoices/{year}/{invoice.number}.pdf",
        render=lambda: render_invoice(invoice.snapshot),
    )
    file = _keep(paper)
    Invoice.objects.filter(pk=invoice.pk, file_stored_at=None).update(file_stored_at=timezone.now())
    return file


def store_credit_note_file(*, credit_note_id: int) -> OrderFile:
    """Keep the PDF of a credit note and return its document; otherwise as `store_invoice_file`."""
    note = CreditNote.objects.select_related("order").filter(pk=credit_note_id).first()
    if note is None:
        raise NotFound("There is no such credit note.")
    year = timezone.localtime(note.issued_at).year
    paper = Paper(
        source=credit_note_source(note.pk),
        order=note.order,
        file_type=OrderFile.FileType.CREDIT_NOTE,
        path=f"credit-notes/{year}/{note.number}.pdf",
        render=lambda: render_credit_note(note.snapshot),
    )
    file = _keep(paper)
    CreditNote.objects.filter(pk=note.pk, file_stored_at=None).update(file_stored_at=timezone.now())
    return file


def store_label_file(*, shipment_id: int) -> OrderFile:
    """Keep the label of a parcel and return its document; otherwise as `store_invoice_file`."""
    shipment = (
        Shipment.objects.select_related("order").prefetch_related("lines__line").filter(pk=shipment_id)
    ).first()
    if shipment is None:
        raise NotFound("There is no such parcel.")
    if shipment.order.is_collect:
        raise NotFound("What is collected has no label.")
    year = timezone.localtime(shipment.shipped_at).year
    paper = Paper(
        source=shipment_source(shipment.pk),
        order=shipment.order,
        file_type=OrderFile.FileType.SHIPPING_LABEL,
        path=f"labels/{year}/{shipment.order.number}-{shipment.pk}.pdf",
        render=lambda: render_label(shipment),
    )
    file = _keep(paper)
    Shipment.objects.filter(pk=shipment.pk, label_stored_at=None).update(label_stored_at=timezone.now())
    return file


def store_return_label_file(*, return_id: int) -> OrderFile:
    """Keep the label for sending goods back; otherwise as `store_invoice_file`."""
    found = Return.objects.select_related("order").prefetch_related("lines__line").filter(pk=return_id)
    return_ = found.filter(approved_at__isnull=False).first()
    if return_ is None:
        raise NotFound("There is no such return, or it is not approved.")
    paper = Paper(
        source=return_source(return_.pk),
        order=return_.order,
        file_type=OrderFile.FileType.RETURN_LABEL,
        path=f"labels/{timezone.localtime(return_.approved_at).year}/{return_.number}.pdf",
        render=lambda: render_return_label(return_),
    )
    file = _keep(paper)
    Return.objects.filter(pk=return_.pk, label_stored_at=None).update(label_stored_at=timezone.now())
    return file


def return_source(return_id: int) -> str:
    """The name under which the document store knows the label of a return."""
    return f"return:{return_id}"


def invoice_source(invoice_id: int) -> str:
    """The name under which the document store knows the paper of an invoice."""
    return f"invoice:{invoice_id}"


def credit_note_source(credit_note_id: int) -> str:
    """The name under which the document store knows the paper of a credit note."""
    return f"credit-note:{credit_note_id}"


def shipment_source(shipment_id: int) -> str:
    """The name under which the document store knows the label of a parcel."""
    return f"shipment:{shipment_id}"


def read_file(file: OrderFile) -> bytes:
    """The bytes of a kept paper. Raises OSError when the storage does not have them."""
    with storages["private"].open(file.path) as stored:
        content: bytes = stored.read()
    return content


def _keep(paper: Paper) -> OrderFile:
    # Asked before anything is rendered: a store that is down then costs no work.
    if found := OrderFile.objects.filter(source=paper.source).first():
        return found
    content = paper.render()
    path = _write(paper.path, content)
    file = OrderFile(
        order_id=paper.order.pk,
        order_number=paper.order.number,
        source=paper.source,
        file_type=paper.file_type,
        file_name=paper.path.rsplit("/", 1)[-1],
        path=path,
        size=len(content),
        checksum=hashlib.sha256(content).hexdigest(),
    )
    try:
        with transaction.atomic(using=router.db_for_write(OrderFile)):
            file.save(force_insert=True)
    except IntegrityError:
        # Another worker was faster: its document counts, and a second copy of the file goes.
        winner = OrderFile.objects.get(source=paper.source)
        if winner.path != path:
            storages["private"].delete(path)
        return winner
    return file


def _write(path: str, content: bytes) -> str:
    """Put `content` at `path` and return where it went: elsewhere if a rival writes there now.

    What is there already was left by a run that died before its document was written, perhaps
    in the middle of the file; storages never overwrite, so it goes first.
    """
    storage = storages["private"]
    if storage.exists(path):
        with storage.open(path) as stored:
            if stored.read() == content:
                return path
        storage.delete(path)
    written: str = storage.save(path, ContentFile(content))
    return written
