"""An invoice is never edited: a changed order gets another, which says which one it corrects."""

import pytest

from documents.invoice import render_invoice
from documents.models import OrderFile
from documents.services.files import store_invoice_file
from documents.services.printing import print_papers
from documents.tests.papers import words
from ecommerce.lib.addresses import PostalAddress
from orders.models import Invoice, InvoiceCounter
from orders.services.changing import change_address
from orders.services.invoices import issue_invoice, reissue_invoice
from orders.tests.factories import ADDRESS, OrderFactory, paid_order
from orders.tests.test_editing import change

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_an_order_without_an_invoice_gets_its_first_with_what_it_costs_then():
    order = OrderFactory()
    order = change(order, {order.lines.get().sku: 2})
    assert reissue_invoice(order=order) is None and not order.invoices.exists()
    invoice = issue_invoice(order=order)
    assert (invoice.amount, invoice.corrects, invoice.revision) == (order.total, None, 1)


def test_a_changed_order_gets_another_invoice_that_names_the_first():
    order = paid_order(quantity=2)
    first = order.invoice
    kept = dict(first.snapshot)
    order = change(order, {order.lines.get().sku: 1})
    second = order.invoice
    assert (second.corrects, second.sequence, second.amount) == (first, first.sequence + 1, order.total)
    assert issue_invoice(order=order) == reissue_invoice(order=order) == second
    first.refresh_from_db()
    assert first.snapshot == kept and first.corrected_by == second
    assert InvoiceCounter.objects.get().last == Invoice.objects.count() == 2
    paper = words(render_invoice(second.snapshot))
    assert f"Corrects invoice {first.number} of" in paper
    assert "Corrects invoice" not in words(render_invoice(first.snapshot))


def test_another_address_is_on_a_corrected_invoice():
    order = paid_order()
    there = PostalAddress.from_dict(ADDRESS.to_dict() | {"line1": "Lindenallee 9"})
    order = change_address(order=order, address=there)
    assert "Lindenallee 9" in order.invoice.snapshot["delivery_lines"]
    assert order.invoice.corrects is not None


def test_both_papers_stay_with_the_order_and_the_newest_is_printed(client):
    order = paid_order(quantity=2)
    order = change(order, {order.lines.get().sku: 1})
    for invoice in order.invoices.all():
        store_invoice_file(invoice_id=invoice.pk)
    assert OrderFile.objects.filter(order_id=order.pk, file_type="invoice").count() == 2
    assert client.get(order.get_absolute_url()).content.decode().count("Invoice <") == 2
    printed = words(print_papers(orders=[order]).pdf)
    assert "Corrects invoice" in printed and f"Invoice {order.invoice.number}" in printed
