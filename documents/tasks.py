"""Background entry points; each calls one service and may run twice.

`orders` hands work to these by their names, since it may not import an app above it.
"""

from celery import shared_task


@shared_task(name="documents.store_invoice", queue_name="documents")
def store_invoice(invoice_id: int) -> None:
    """Make and keep the PDF of an invoice."""
    from documents.services.files import store_invoice_file

    store_invoice_file(invoice_id=invoice_id)


@shared_task(name="documents.store_credit_note", queue_name="documents")
def store_credit_note(credit_note_id: int) -> None:
    """Make and keep the PDF of a credit note."""
    from documents.services.files import store_credit_note_file

    store_credit_note_file(credit_note_id=credit_note_id)


@shared_task(name="documents.store_label", queue_name="documents")
def store_label(shipment_id: int) -> None:
    """Make and keep the label of a parcel."""
    from documents.services.files import store_label_file

    store_label_file(shipment_id=shipment_id)


@shared_task(name="documents.store_return_label", queue_name="documents")
def store_return_label(return_id: int) -> None:
    """Make and keep the label of a return."""
    from documents.services.files import store_return_label_file

    store_return_label_file(return_id=return_id)
