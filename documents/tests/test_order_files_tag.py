"""The files of an order on a page."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory

from customers.tests.factories import StaffFactory, UserFactory
from documents.tests.factories import InvoiceFactory, OrderFactory, OrderFileFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def show(order, viewer: Any = None, source: str = "{% order_files_list order %}") -> str:
    request = RequestFactory().get("/")
    request.user = viewer or AnonymousUser()
    template = Template("{% load order_files %}" + source)
    return template.render(Context({"order": order, "request": request}))


@pytest.fixture
def order():
    return OrderFactory(customer=UserFactory(), lines=0)


def test_a_guests_links_carry_the_token_and_an_owners_do_not(order):
    file = OrderFileFactory(order_id=order.pk)
    link = f"/files/{file.pk}/"
    assert f'href="{link}?token={order.token}"' in show(order)
    assert f'href="{link}?token={order.token}"' in show(order, UserFactory())
    assert f'href="{link}"' in show(order, order.customer)
    assert f'href="{link}"' in show(order, StaffFactory())


def test_only_the_orders_own_files_and_no_labels_for_shoppers(order):
    OrderFileFactory(order_id=order.pk + 1)
    OrderFileFactory(order_id=order.pk, file_type="shipping_label")
    assert "href" not in show(order)
    OrderFileFactory(order_id=order.pk)
    assert show(order).count("href") == 1


def test_an_owed_invoice_is_announced(order):
    assert "There are no papers for this order yet." in show(order)
    InvoiceFactory(order=order)
    assert "Your invoice is being made and will appear here." in show(order)
    OrderFileFactory(order_id=order.pk)
    assert "being made" not in show(order)


LISTED = "{% order_files order as files %}{% for file in files %}[{{ file.file_name }}]{% endfor %}"


def test_the_list_of_files_is_one_query(order, django_assert_num_queries):
    for count in (1, 5):
        OrderFileFactory.create_batch(count, order_id=order.pk)
        with django_assert_num_queries(1, using="documents"), django_assert_num_queries(0):
            shown = show(order, source=LISTED)
    assert shown.count("[") == 6


def test_while_the_document_store_is_down_the_page_stands(order, broken_documents):
    InvoiceFactory(order=order)
    text = show(order)
    assert "Your files cannot be shown right now." in text
    assert "being made" not in text
    flag = LISTED + "{% if files.unavailable %}down{% endif %}"
    assert show(order, source=flag) == "down"
