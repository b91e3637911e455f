"""GET /api/orders/{id}/files"""

import pytest
from django.core.files.base import ContentFile

from customers.tests.factories import StaffFactory, UserFactory
from documents.tests.factories import OrderFactory, OrderFileFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def order():
    return OrderFactory(customer=UserFactory(), lines=0)


def test_lists_files_with_links_that_work_bare(client, settings, order, private):
    file = OrderFileFactory(order_id=order.pk)
    private.save(file.path, ContentFile(b"%PDF"))
    client.force_login(order.customer)
    response = client.get(f"/api/orders/{order.pk}/files")
    (entry,) = response.json()
    assert set(entry) == {"file_type", "created_at", "url"}
    assert entry["file_type"] == "invoice"
    assert entry["created_at"] == f"{file.created_at:%Y-%m-%dT%H:%M:%SZ}"
    assert entry["url"].startswith(settings.SITE_URL)
    client.logout()
    assert b"".join(client.get(entry["url"].removeprefix(settings.SITE_URL)).streaming_content) == b"%PDF"


@pytest.mark.parametrize("slash", ["", "/"])
def test_owner_staff_and_token_holder_may_ask(client, order, slash):
    OrderFileFactory(order_id=order.pk)
    address = f"/api/orders/{order.pk}/files{slash}"
    assert len(client.get(address, {"token": order.token}).json()) == 1
    for person in (order.customer, StaffFactory()):
        client.force_login(person)
        assert len(client.get(address).json()) == 1


def test_everybody_else_gets_404_as_for_an_unknown_order(client, order):
    address = f"/api/orders/{order.pk}/files"
    assert client.get(address).status_code == client.get("/api/orders/999999/files").status_code == 401
    answers = [client.get(address, {"token": "wrong"})]
    client.force_login(UserFactory())
    answers.append(client.get(address))
    client.force_login(StaffFactory(is_superuser=False))
    assert client.get(address).status_code == client.get("/api/orders/999999/files").status_code == 403
    client.force_login(StaffFactory())
    answers.append(client.get("/api/orders/999999/files"))
    for answer in answers:
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_found"


def test_an_order_without_files_is_an_empty_list(client, order):
    assert client.get(f"/api/orders/{order.pk}/files", {"token": order.token}).json() == []


def test_while_the_document_store_is_down_it_says_so(client, order, broken_documents):
    answer = client.get(f"/api/orders/{order.pk}/files", {"token": order.token})
    assert answer.status_code == 503
    assert answer.json()["code"] == "files_unavailable"


@pytest.mark.parametrize("count", [1, 8])
def test_queries_do_not_grow_with_the_files(client, order, count, django_assert_num_queries):
    OrderFileFactory.create_batch(count, order_id=order.pk)
    with django_assert_num_queries(1, using="documents"), django_assert_num_queries(1):
        client.get(f"/api/orders/{order.pk}/files", {"token": order.token})
