"""Papers that got lost are found again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from documents.models import OrderFile
from documents.services import sweep as sweeping
from documents.services.sweep import sweep
from documents.tests.factories import InvoiceFactory, ShipmentFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def run() -> dict[str, int]:
    return sweep(now=timezone.now() + timedelta(days=365))


def test_makes_what_is_owed_and_nothing_twice():
    invoice, shipment = InvoiceFactory(), ShipmentFactory()
    assert run() == {
        "invoices filed": 1,
        "credit notes filed": 0,
        "labels filed": 1,
        "papers failed": 0,
        "old papers anonymised": 0,
    }
    assert {file.source for file in OrderFile.objects.all()} == {
        f"invoice:{invoice.pk}",
        f"shipment:{shipment.pk}",
    }
    assert run() == {
        "invoices filed": 0,
        "credit notes filed": 0,
        "labels filed": 0,
        "papers failed": 0,
        "old papers anonymised": 0,
    }


def test_a_bad_one_does_not_stop_the_others():
    bad = InvoiceFactory(snapshot={})
    good = InvoiceFactory()
    assert run() == {
        "invoices filed": 1,
        "credit notes filed": 0,
        "labels filed": 0,
        "papers failed": 1,
        "old papers anonymised": 0,
    }
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.file_stored_at is not None
    assert bad.file_stored_at is None


def test_a_run_is_bounded(monkeypatch):
    monkeypatch.setattr(sweeping, "PER_RUN", 1)
    InvoiceFactory.create_batch(2)
    assert run()["invoices filed"] == 1
    assert run()["invoices filed"] == 1
    assert run()["invoices filed"] == 0


def test_a_store_that_is_down_is_not_asked_for_every_paper(broken_documents):
    InvoiceFactory.create_batch(sweeping.GIVE_UP_AFTER + 2)
    assert run() == {
        "invoices filed": 0,
        "credit notes filed": 0,
        "labels filed": 0,
        "old papers anonymised": 0,
        "papers failed": sweeping.GIVE_UP_AFTER,
    }
