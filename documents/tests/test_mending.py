"""Records and papers agree again after the two stores were put back to different moments."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from documents.models import OrderFile
from documents.services.files import invoice_source, shipment_source, store_invoice_file
from documents.services.mending import mend_papers
from documents.tests.factories import InvoiceFactory, OrderFileFactory, ShipmentFactory
from orders.services.retention import ANONYMISED

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def kept(record, source, field):
    """A record that says its paper is kept, and the paper."""
    type(record).objects.filter(pk=record.pk).update(**{field: timezone.now()})
    file = OrderFileFactory(source=source(record.pk), path=f"papers/{source(record.pk)}.pdf")
    storages["private"].save(file.path, ContentFile(b"%PDF"))
    return file


def owes(record, field):
    return type(record).all_objects.values_list(field, flat=True).get(pk=record.pk) is None


@pytest.fixture
def invoice():
    return InvoiceFactory()


@pytest.fixture
def shipment():
    return ShipmentFactory()


def test_what_agrees_stays_as_it_is(invoice, shipment, private):
    kept(invoice, invoice_source, "file_stored_at")
    kept(shipment, shipment_source, "label_stored_at")
    assert set(mend_papers().values()) == {0}
    assert not owes(invoice, "file_stored_at") and not owes(shipment, "label_stored_at")
    assert OrderFile.objects.count() == 2


def test_a_record_without_its_document_owes_the_paper_and_gets_it(invoice, private):
    kept(invoice, invoice_source, "file_stored_at").hard_delete()
    mend_papers()
    assert owes(invoice, "file_stored_at")
    store_invoice_file(invoice_id=invoice.pk)
    assert set(mend_papers().values()) == {0}


def test_a_document_without_its_file_goes_and_the_paper_is_owed(shipment, private):
    file = kept(shipment, shipment_source, "label_stored_at")
    storages["private"].delete(file.path)
    mend_papers()
    assert not OrderFile.objects.exists() and owes(shipment, "label_stored_at")


def test_a_document_of_a_record_that_is_lost_goes(private):
    file = OrderFileFactory(source="invoice:999999")
    storages["private"].save(file.path, ContentFile(b"%PDF"))
    mend_papers()
    assert not OrderFile.objects.exists()


def test_papers_that_are_gone_on_purpose_are_not_made_again(invoice, shipment, private):
    now = timezone.now()
    type(invoice).objects.filter(pk=invoice.pk).update(file_stored_at=now, status=ANONYMISED)
    type(shipment).objects.filter(pk=shipment.pk).update(label_stored_at=now)
    type(shipment.order).objects.filter(pk=shipment.order_id).update(email="erased-1@erased.invalid")
    mend_papers()
    assert not owes(invoice, "file_stored_at") and not owes(shipment, "label_stored_at")
