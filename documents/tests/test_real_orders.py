"""From "Pay" to papers: what the services of orders write is what papers need."""

import pytest

from documents.models import OrderFile
from documents.services.files import read_file
from documents.tests.papers import words
from ecommerce.lib.money import format_money
from orders.tests.factories import shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_a_shipped_order_has_its_invoice_and_its_label(commit):
    with commit():
        order = shipped_order(quantity=2)
    files = {file.file_type: file for file in OrderFile.objects.filter(order_id=order.pk)}
    assert set(files) == {"invoice", "shipping_label"}
    invoice = words(read_file(files["invoice"]))
    assert f"Invoice {order.invoice.number}" in invoice
    assert f"Total {format_money(order.total)}" in invoice
    assert f"VAT included {format_money(order.tax_total)}" in invoice
    assert "Due" not in invoice
    label = words(read_file(files["shipping_label"]))
    assert "JJD000390001" in label
    assert "Nora Nagel" in label
