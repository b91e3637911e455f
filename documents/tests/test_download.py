"""Files over HTTP: for the owner, for staff, for who holds a link, and for nobody else."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.urls import reverse

from customers.tests.factories import StaffFactory, UserFactory
from documents.access import LINK_SECONDS, sign_file
from documents.models import OrderFile
from documents.tests.factories import OrderFactory, OrderFileFactory
from ecommerce.lib.bucket import client_config
from ecommerce.lib.s3 import PrivateStorage
from orders.models import Order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

CONTENT = b"%PDF-1.7 an invoice"


@pytest.fixture
def order():
    return OrderFactory(customer=UserFactory(), lines=0)


def keep(order: Order, private) -> OrderFile:
    made = OrderFileFactory(order_id=order.pk, order_number=order.number)
    private.save(made.path, ContentFile(CONTENT))
    return made


@pytest.fixture
def file(order: Order, private) -> OrderFile:
    return keep(order, private)


def address(file: OrderFile, **query: str) -> str:
    return reverse("documents:download", args=[file.pk], query=query or None)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_owner_gets_the_file_and_no_cache_keeps_it(client, file, order):
    client.force_login(order.customer)
    response = client.get(address(file))
    assert body(response) == CONTENT
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{file.file_name}"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_guest_needs_the_orders_token(client, file, order):
    assert body(client.get(address(file, token=order.token))) == CONTENT
    for token in ("", "wrong", OrderFactory(lines=0).token):
        assert client.get(address(file, token=token)).status_code == 404
    assert client.get(address(file)).status_code == 404


def test_another_customer_gets_404(client, file):
    client.force_login(UserFactory())
    assert client.get(address(file)).status_code == 404


def test_nobody_owns_a_guests_files(client, private):
    guest_order = OrderFactory(customer=None, lines=0)
    file = keep(guest_order, private)
    client.force_login(UserFactory())
    assert client.get(address(file)).status_code == 404


def test_staff_need_the_permission(client, file):
    clerk = StaffFactory(is_superuser=False)
    client.force_login(clerk)
    assert client.get(address(file)).status_code == 404
    clerk.user_permissions.add(Permission.objects.get(codename="view_orderfile"))
    assert body(client.get(address(file))) == CONTENT


def test_the_permission_without_being_staff_opens_nothing(client, file):
    customer = UserFactory()
    customer.user_permissions.add(Permission.objects.get(codename="view_orderfile"))
    client.force_login(customer)
    assert client.get(address(file)).status_code == 404


def test_a_signed_link_opens_its_file_for_five_minutes(client, file, order, private):
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        key = sign_file(file)
        other = keep(order, private)
    with time_machine.travel(now + timedelta(seconds=LINK_SECONDS - 1), tick=False):
        assert body(client.get(address(file, key=key))) == CONTENT
        assert client.get(address(other, key=key)).status_code == 404
        assert client.get(address(file, key=key + "x")).status_code == 404
    with time_machine.travel(now + timedelta(seconds=LINK_SECONDS + 1), tick=False):
        assert client.get(address(file, key=key)).status_code == 404


def test_deleted_unknown_and_lost_files_are_404(client, file, order, private):
    client.force_login(order.customer)
    assert client.get("/files/00000000-0000-4000-8000-000000000000/").status_code == 404
    private.delete(file.path)
    assert client.get(address(file)).status_code == 404
    file.delete()
    assert client.get(address(file)).status_code == 404


def test_a_deleted_orders_files_are_404_for_everybody(client, file, order):
    order.delete()
    client.force_login(StaffFactory())
    assert client.get(address(file)).status_code == 404
    assert client.get(address(file, token=order.token)).status_code == 404


def test_only_reading_is_possible(client, file, order):
    assert client.post(address(file, token=order.token)).status_code == 405


def test_reading_writes_nothing(client, file, order, django_assert_num_queries):
    with django_assert_num_queries(1, using="documents"), django_assert_num_queries(1):
        client.get(address(file, token=order.token))
    assert "sessionid" not in client.cookies


def test_files_at_s3_are_fetched_there_by_a_short_lived_address(client, settings, order, monkeypatch):
    monkeypatch.setattr(PrivateStorage, "exists", lambda self, name: True)
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "ecommerce.lib.s3.PrivateStorage",
            "OPTIONS": {
                "bucket_name": "shop",
                "endpoint_url": "https://s3.example",
                "access_key": "key",
                "secret_key": "secret",
                "region_name": "eu-central-1",
                "location": "private",
                "client_config": client_config(path_style=True),
            },
        },
    }
    file = OrderFileFactory(order_id=order.pk)
    response = client.get(address(file, token=order.token))
    assert response.status_code == 302
    assert response["Cache-Control"] == "private, no-store"
    target = urlsplit(response["Location"])
    query = parse_qs(target.query)
    assert (target.scheme, target.netloc.endswith("s3.example")) == ("https", True)
    assert target.path.endswith(f"private/{file.path}")
    assert query["X-Amz-Expires"] == [str(LINK_SECONDS)]
    assert query["response-content-disposition"] == [f'attachment; filename="{file.file_name}"']


def test_while_the_document_store_is_down_it_says_so(client, broken_documents):
    response = client.get("/files/00000000-0000-4000-8000-000000000000/")
    assert response.status_code == 503
    assert response["Retry-After"]
