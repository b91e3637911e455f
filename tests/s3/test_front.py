"""A bucket that only the server in front can reach: visitors come to their files through it."""

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse

from customers.tests.factories import UserFactory
from documents.tests.factories import OrderFactory, OrderFileFactory
from ecommerce.lib.bucket import origin
from tests.front import running_front
from tests.s3.conftest import stores
from tests.servers import free_port

pytestmark = [pytest.mark.django_db(databases=["default", "documents"])]

CONTENT = b"%PDF-1.7 an invoice"


@pytest.fixture(scope="module")
def front(bucket, tmp_path_factory):
    upstream = f"{bucket['AWS_S3_ENDPOINT_URL']}/{bucket['AWS_STORAGE_BUCKET_NAME']}"
    settings = {"UPSTREAMS": f"127.0.0.1:{free_port()}", "BUCKET_UPSTREAM": upstream}
    with running_front(tmp_path_factory.mktemp("front"), **settings) as running:
        yield running


@pytest.fixture
def private(bucket, front, settings):
    settings.STORAGES = {**settings.STORAGES, **stores(bucket, links=front.url)}
    return storages["private"]


@pytest.fixture
def address(client, private):
    """What the owner of a paper is led to."""
    order = OrderFactory(customer=UserFactory(), lines=0)
    file = OrderFileFactory(order_id=order.pk, order_number=order.number)
    private.save(file.path, ContentFile(CONTENT))
    client.force_login(order.customer)
    return client.get(reverse("documents:download", args=[file.pk]))["Location"]


def test_a_signed_address_leads_through_it(address, front, bucket):
    assert origin(address) == front.url
    fetched = requests.get(address, headers={"Cookie": "session=secret"}, timeout=30)
    assert (fetched.status_code, fetched.content) == (200, CONTENT)
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert fetched.headers["Cache-Control"] == "private, no-store"
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in fetched.headers["Content-Security-Policy"]
    assert requests.head(address.replace("private/", "private/x"), timeout=30).status_code == 410
    # Its name is signed: by the bucket's own, the same address opens nothing.
    inside = address.replace(front.url, bucket["AWS_S3_ENDPOINT_URL"])
    assert requests.get(inside, timeout=30).status_code == 403


def test_anything_else_opens_nothing(address, front, private):
    other = private.save("invoices/other.pdf", ContentFile(b"%PDF somebody else's"))
    name = address.partition("/private/")[2].partition("?")[0]
    for wrong in (
        address.partition("?")[0],
        address.replace(name, other),
        address[:-1] + ("0" if address[-1] != "0" else "1"),
        address.replace("X-Amz-Expires=300", "X-Amz-Expires=86400"),
    ):
        answer = requests.get(wrong, timeout=30)
        assert answer.status_code == 410, wrong
        assert "This link is over" in answer.text and "Amz" not in answer.text
    assert requests.put(address, data=b"mine now", timeout=30).status_code == 410
    assert requests.delete(address, timeout=30).status_code == 410
    assert requests.get(address, timeout=30).content == CONTENT


def test_what_lies_beside_is_not_reached(address, front, bucket):
    name = bucket["AWS_STORAGE_BUCKET_NAME"]
    for path in (f"/{name}/", f"/{name}/?list-type=2", f"/{name}/media/", f"/{name}/private/../media/", "/"):
        request = requests.Request("GET", front.url).prepare()
        request.url = front.url + path
        # The shop is asked, and there is none here.
        assert requests.Session().send(request, timeout=30).status_code == 503, path
