"""Papers of many orders in one file."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import connections
from django.test.utils import CaptureQueriesContext
from pypdf import PdfWriter

from documents.models import OrderFile
from documents.services.files import store_invoice_file, store_label_file
from documents.services.printing import print_papers
from documents.tests.factories import InvoiceFactory, OrderFactory, OrderFileFactory, ShipmentFactory
from documents.tests.papers import read
from orders.models import Order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def titles(pdf: bytes) -> list[str]:
    """What each page is, by the words that only such a page has."""
    found = []
    for page in read(pdf).pages:
        text = " ".join(page.extract_text().split())
        kinds = {"Packing slip": "slip", "Billed to": "invoice", "Sent on": "label"}
        found += [kind for mark, kind in kinds.items() if mark in text]
    return found


def shipped_order(**changes) -> Order:
    order = OrderFactory(**changes)
    InvoiceFactory(order=order)
    ShipmentFactory(order=order)
    return order


def test_each_orders_papers_are_together_in_pick_order():
    first, second = shipped_order(), shipped_order()
    job = print_papers(orders=[second, first])
    assert titles(job.pdf) == ["slip", "invoice", "label"] * 2
    assert job.problems == []
    assert second.number in read(job.pdf).pages[0].extract_text()
    assert first.number in read(job.pdf).pages[3].extract_text()


def test_pages_keep_their_size_and_slips_can_be_left_out():
    pages = read(print_papers(orders=[shipped_order()], packing_slips=False).pdf).pages
    assert [round(float(page.mediabox.width) / 72 * 25.4) for page in pages] == [210, 105]


def test_kept_files_are_printed_as_they_are(private):
    order = shipped_order()
    store_invoice_file(invoice_id=order.invoice.pk)
    label = store_label_file(shipment_id=order.shipments.get().pk)
    order.shipments.update(carrier="Changed since")
    text = read(print_papers(orders=[order]).pdf).pages[2].extract_text()
    assert "Changed since" not in text
    private.delete(label.path)  # lost: then it is made anew
    text = read(print_papers(orders=[order]).pdf).pages[2].extract_text()
    assert "Changed since" in text


def test_what_is_missing_is_named_and_does_not_stop_the_rest():
    cancelled = OrderFactory(status=Order.Status.CANCELLED)
    waiting = OrderFactory(status=Order.Status.PROCESSING)
    broken = OrderFactory()
    InvoiceFactory(order=broken, snapshot={})
    ShipmentFactory(order=broken)
    fine = shipped_order()
    job = print_papers(orders=[cancelled, waiting, broken, fine])
    assert titles(job.pdf) == ["slip", "slip", "label", "slip", "invoice", "label"]
    assert job.problems == [
        f"Order {cancelled.number}: cancelled, so there is nothing to pack.",
        f"Order {waiting.number}: no invoice yet; it is issued when the order is paid or shipped.",
        f"Order {waiting.number}: not shipped yet, so there is no label.",
        f"Order {broken.number}: the invoice could not be made; please try again.",
    ]


def test_nothing_to_print_is_an_empty_file():
    job = print_papers(orders=[OrderFactory(status=Order.Status.CANCELLED)])
    assert job.pdf == b""
    assert len(job.problems) == 1
    assert print_papers(orders=[]).pdf == b""


def test_prints_while_the_document_store_is_down(broken_documents):
    job = print_papers(orders=[shipped_order()])
    assert titles(job.pdf) == ["slip", "invoice", "label"]


def test_printing_writes_nothing():
    order = shipped_order()
    print_papers(orders=[order])
    assert OrderFile.objects.count() == 0
    assert Order.objects.get(pk=order.pk).invoice.file_stored_at is None


def keep_blank_papers(order: Order, private) -> None:
    writer, buffer = PdfWriter(), BytesIO()
    writer.add_blank_page(width=100, height=100)
    writer.write(buffer)
    for source in (f"invoice:{order.invoice.pk}", f"shipment:{order.shipments.get().pk}"):
        file = OrderFileFactory(order_id=order.pk, source=source)
        private.save(file.path, ContentFile(buffer.getvalue()))


def test_queries_do_not_grow_with_the_orders(private):
    counts = []
    for size in (1, 4):
        pks = [shipped_order().pk for _ in range(size)]
        for order in Order.objects.filter(pk__in=pks):
            keep_blank_papers(order, private)
        orders = list(Order.objects.filter(pk__in=pks))
        with (
            CaptureQueriesContext(connections["default"]) as rows,
            CaptureQueriesContext(connections["documents"]) as documents,
        ):
            job = print_papers(orders=orders, packing_slips=False)
        assert len(read(job.pdf).pages) == 2 * size
        counts.append((len(rows), len(documents)))
    assert counts[0] == counts[1]
    assert sum(counts[1]) <= 8
