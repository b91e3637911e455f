"""The page of one order."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from dashboard.tests.conftest import sign_in, staff_with
from documents.services.files import store_invoice_file
from orders.models import Order, OrderEvent
from orders.tests.factories import paid_order, shipped_order
from tests.documents_down import documents_down

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def test_it_shows_the_whole_order(staff):
    order = shipped_order()
    store_invoice_file(invoice_id=order.invoice.pk)
    page = staff.get(page_of(order)).content.decode()
    line = order.lines.get()
    for words in (
        order.number,
        order.email,
        line.sku,
        line.full_name,
        "JJD000390001",
        "Lindenallee 7",
        "Why this price?",
        "Payment received",
        "Order received",
        "/files/",
    ):
        assert words in page, words


def test_it_can_be_looked_at_without_changing_rights():
    order = paid_order()
    page = sign_in(staff_with("orders.view_order")).get(page_of(order)).content.decode()
    assert order.number in page
    assert "Save note" not in page
    assert "Print papers" not in page
    assert sign_in(staff_with("catalog.view_product")).get(page_of(order)).status_code == 403


def test_posting_to_it_changes_nothing(staff):
    order = paid_order()
    assert staff.post(page_of(order), {"status": "delivered"}).status_code == 405
    assert Order.objects.get(pk=order.pk).status == "processing"


def test_a_note_is_for_staff_only(staff, owner):
    order = paid_order()
    note = reverse("admin:orders_order_note", args=[order.pk])
    staff.post(note, {"note": "Called; will pick it up on Friday."})
    event = OrderEvent.objects.get(order=order, kind="note")
    assert (event.is_public, event.actor) == (False, owner)
    assert "pick it up on Friday" in staff.get(page_of(order)).content.decode()

    empty = staff.post(note, {"note": ""})
    assert "This field is required" in empty.content.decode()
    viewer = sign_in(staff_with("orders.view_order"))
    assert viewer.post(note, {"note": "Hello"}).status_code == 403
    assert staff.get(note).status_code == 405
    assert OrderEvent.objects.filter(order=order, kind="note").count() == 1


def test_without_the_document_store_only_the_files_are_missing(staff):
    order = paid_order()
    with documents_down():
        response = staff.get(page_of(order))
    assert response.status_code == 200
    assert "Files cannot be listed right now" in response.content.decode()


def test_its_queries_do_not_grow_with_the_order(staff):
    def count(order):
        with (
            CaptureQueriesContext(connections["default"]) as shop,
            CaptureQueriesContext(connections["documents"]) as documents,
        ):
            assert staff.get(page_of(order)).status_code == 200
        return len(shop) + len(documents)

    staff.get("/admin/")
    small = shipped_order()
    variants = [ProductFactory(stock=9).variants.get() for _ in range(8)]
    large = shipped_order(*variants)
    for number in range(20):
        OrderEvent.objects.create(order=large, kind="note", message=str(number))
    few = count(small)
    assert count(large) == few
    assert few <= 19
