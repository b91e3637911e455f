"""Invoices and labels are kept once, whatever crashes in between."""

import hashlib
import threading
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connections

from documents.models import OrderFile
from documents.services.files import read_file, store_invoice_file, store_label_file
from documents.tasks import store_invoice, store_label
from documents.tests.factories import InvoiceFactory, ShipmentFactory
from documents.tests.papers import words
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import NotFound

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def stored_names(private, folder: str) -> list[str]:
    return sorted(private.listdir(folder)[1])


def test_an_invoice_is_kept_with_its_document_and_marked(private):
    invoice = InvoiceFactory()
    file = store_invoice_file(invoice_id=invoice.pk)
    content = private.open(file.path).read()
    assert file.path == f"invoices/2026/{invoice.number}.pdf"
    assert (file.file_type, file.content_type) == ("invoice", "application/pdf")
    assert (file.order_id, file.order_number) == (invoice.order.pk, invoice.order.number)
    assert (file.size, file.checksum) == (len(content), hashlib.sha256(content).hexdigest())
    assert f"Invoice {invoice.number}" in words(content)
    invoice.refresh_from_db()
    assert invoice.file_stored_at is not None


def test_a_label_is_kept_with_its_document_and_marked(private):
    shipment = ShipmentFactory()
    file = store_label_file(shipment_id=shipment.pk)
    assert file.path == f"labels/2026/{shipment.order.number}-{shipment.pk}.pdf"
    assert file.file_type == "shipping_label"
    assert shipment.tracking_number in words(read_file(file))
    shipment.refresh_from_db()
    assert shipment.label_stored_at is not None


def test_the_year_is_the_shops_not_the_clocks():
    invoice = InvoiceFactory(issued_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert store_invoice_file(invoice_id=invoice.pk).path.startswith("invoices/2027/")


def test_repeating_changes_nothing(private):
    invoice = InvoiceFactory()
    first = store_invoice_file(invoice_id=invoice.pk)
    invoice.refresh_from_db()
    again = store_invoice_file(invoice_id=invoice.pk)
    assert again.pk == first.pk
    assert OrderFile.objects.count() == 1
    assert stored_names(private, "invoices/2026") == [first.file_name]
    assert type(invoice).objects.get(pk=invoice.pk).file_stored_at == invoice.file_stored_at


@pytest.mark.parametrize("left", [b"", b"%PDF-1.7 half a fi", b"x" * 100_000])
def test_a_file_left_half_written_by_a_crash_is_replaced(private, left):
    invoice = InvoiceFactory()
    private.save(f"invoices/2026/{invoice.number}.pdf", ContentFile(left))
    file = store_invoice_file(invoice_id=invoice.pk)
    assert hashlib.sha256(read_file(file)).hexdigest() == file.checksum
    assert stored_names(private, "invoices/2026") == [f"{invoice.number}.pdf"]


def test_a_whole_file_without_document_is_taken_over(private):
    invoice = InvoiceFactory()
    store_invoice_file(invoice_id=invoice.pk).hard_delete()
    file = store_invoice_file(invoice_id=invoice.pk)
    assert OrderFile.objects.get() == file
    assert stored_names(private, "invoices/2026") == [f"{invoice.number}.pdf"]


def test_a_document_without_mark_only_gets_the_mark(private):
    invoice = InvoiceFactory()
    file = store_invoice_file(invoice_id=invoice.pk)
    type(invoice).objects.update(file_stored_at=None)
    private.delete(file.path)  # would be seen again if it were rendered again
    assert store_invoice_file(invoice_id=invoice.pk) == file
    assert not private.exists(file.path)
    invoice.refresh_from_db()
    assert invoice.file_stored_at is not None


def test_a_deleted_document_makes_room_for_a_new_one():
    invoice = InvoiceFactory()
    old = store_invoice_file(invoice_id=invoice.pk)
    old.delete()
    new = store_invoice_file(invoice_id=invoice.pk)
    assert new.pk != old.pk
    assert OrderFile.objects.get() == new


def test_while_the_document_store_is_down_the_file_stays_owed(broken_documents):
    invoice = InvoiceFactory()
    with pytest.raises(DatabaseError):
        store_invoice_file(invoice_id=invoice.pk)
    invoice.refresh_from_db()
    assert invoice.file_stored_at is None


def test_while_the_file_store_is_down_the_file_stays_owed(settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": blocked},
        },
    }
    invoice = InvoiceFactory()
    with pytest.raises(OSError):
        store_invoice_file(invoice_id=invoice.pk)
    invoice.refresh_from_db()
    assert invoice.file_stored_at is None
    assert OrderFile.objects.count() == 0


def test_unknown_ids_are_named():
    with pytest.raises(NotFound):
        store_invoice_file(invoice_id=999)
    with pytest.raises(NotFound):
        store_label_file(shipment_id=999)


def test_orders_finds_the_tasks_by_name(commit):
    assert task_named("documents.store_invoice").name == store_invoice.name
    assert task_named("documents.store_label").name == store_label.name
    invoice, shipment = InvoiceFactory(), ShipmentFactory()
    with commit():
        after_commit(task_named("documents.store_invoice"), invoice.pk)
        after_commit(task_named("documents.store_label"), shipment.pk)
    assert {file.source for file in OrderFile.objects.all()} == {
        f"invoice:{invoice.pk}",
        f"shipment:{shipment.pk}",
    }


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_two_workers_at_once_make_one_document(private):
    invoice = InvoiceFactory()
    start = threading.Barrier(2)
    made, failed = [], []

    def work():
        try:
            start.wait()
            made.append(store_invoice_file(invoice_id=invoice.pk).pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert made[0] == made[1]
    file = OrderFile.objects.get()
    assert hashlib.sha256(read_file(file)).hexdigest() == file.checksum
    assert stored_names(private, "invoices/2026") == [file.path.rsplit("/", 1)[-1]]
