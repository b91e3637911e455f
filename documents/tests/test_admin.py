"""The list of files in the staff site."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import StaffFactory
from documents.tests.factories import OrderFileFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def staff(client):
    client.force_login(StaffFactory())
    return client


def test_the_list_takes_the_same_queries_for_many_files(staff):
    address = reverse("admin:documents_orderfile_changelist")
    staff.get(address)
    counts = []
    for size in (2, 20):
        OrderFileFactory.create_batch(size)
        with (
            CaptureQueriesContext(connections["default"]) as rows,
            CaptureQueriesContext(connections["documents"]) as documents,
        ):
            response = staff.get(address)
        assert response.status_code == 200
        counts.append((len(rows), len(documents)))
    assert counts[0] == counts[1]
    assert sum(counts[1]) <= 10


def test_files_are_found_by_order_number_and_filtered_by_type(staff):
    wanted = OrderFileFactory(order_number="FND1THAT", file_type="shipping_label")
    other = OrderFileFactory()
    address = reverse("admin:documents_orderfile_changelist")
    for query in ({"q": "FND1THAT"}, {"file_type__exact": "shipping_label"}):
        text = staff.get(address, query).content.decode()
        assert wanted.file_name in text
        assert other.file_name not in text


def test_nothing_can_be_changed_by_hand(staff):
    file = OrderFileFactory()
    change = reverse("admin:documents_orderfile_change", args=[file.pk])
    page = staff.get(change)
    assert page.status_code == 200
    assert reverse("documents:download", args=[file.pk]) in page.content.decode()
    assert staff.post(change, {"path": "elsewhere"}).status_code == 403
    assert staff.get(reverse("admin:documents_orderfile_add")).status_code == 403
    assert staff.post(reverse("admin:documents_orderfile_delete", args=[file.pk])).status_code == 403
