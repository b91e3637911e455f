"""Who can read what in the bucket of a real S3, which checks signatures and their time."""

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.urls import reverse

from customers.tests.factories import UserFactory
from documents.tests.factories import OrderFactory, OrderFileFactory
from ecommerce.lib.files import LINK_SECONDS, send_private
from tests.polling import wait_for
from tests.s3.conftest import stores

pytestmark = [
    pytest.mark.django_db(databases=["default", "documents"]),
]

CONTENT = b"%PDF-1.7 an invoice"


@pytest.fixture
def file(private):
    order = OrderFactory(customer=UserFactory(), lines=0)
    made = OrderFileFactory(order_id=order.pk, order_number=order.number)
    private.save(made.path, ContentFile(CONTENT))
    made.order = order
    return made


def changed(address, **query):
    """The same address with other values in its query."""
    parts = urlsplit(address)
    values = dict(parse_qsl(parts.query)) | {name.replace("_", "-"): value for name, value in query.items()}
    return parts._replace(query=urlencode(values)).geturl()


def status(address):
    return requests.get(address, timeout=30).status_code


def test_the_owner_is_led_to_the_file_and_nobody_else(client, file):
    page = reverse("documents:download", args=[file.pk])
    assert client.get(page).status_code == 404
    client.force_login(UserFactory())
    assert client.get(page).status_code == 404
    client.force_login(file.order.customer)
    led = client.get(page)
    assert led.status_code == 302 and led["Cache-Control"] == "private, no-store"
    assert int(parse_qs(urlsplit(led["Location"]).query)["X-Amz-Expires"][0]) == LINK_SECONDS <= 300
    fetched = requests.get(led["Location"], timeout=30)
    assert fetched.content == CONTENT
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="{file.file_name}"'
    assert fetched.headers["Cache-Control"] == "private, no-store"


def test_a_changed_address_opens_nothing(client, file, private):
    other = private.save("invoices/other.pdf", ContentFile(b"%PDF somebody else's"))
    client.force_login(file.order.customer)
    address = client.get(reverse("documents:download", args=[file.pk]))["Location"]
    assert status(address) == 200
    signature = dict(parse_qsl(urlsplit(address).query))["X-Amz-Signature"]
    for wrong in (
        address.replace(file.path, other),
        changed(address, X_Amz_Expires="86400"),
        changed(address, X_Amz_Date="20991231T235959Z"),
        changed(address, X_Amz_Signature=signature[::-1]),
        changed(address, response_content_disposition="inline"),
        changed(address, response_content_type="text/html"),
        address.partition("?")[0],
        address.replace("/private/", "/media/"),
    ):
        assert status(wrong) == 403, wrong
    assert requests.put(address, data=b"mine now", timeout=30).status_code == 403


def test_an_address_is_over_when_its_time_is(file, private):
    address = private.url(file.path, expire=1)
    wait_for(lambda: status(address) == 403, what="refusal of an old address")
    assert status(private.url(file.path, expire=60)) == 200


def test_addresses_signed_by_others_or_for_another_bucket_open_nothing(file, private, s3_server, bucket):
    from ecommerce.lib.s3 import PrivateStorage

    def signed(environment, **options):
        options = stores(environment, **options)["private"]["OPTIONS"]
        return PrivateStorage(**options).url(file.path, expire=60)

    assert status(signed(bucket)) == 200
    assert status(signed(bucket, secret="guessed")) == 403
    assert status(signed({**bucket, "AWS_ACCESS_KEY_ID": "somebody"})) == 403
    foreign = s3_server.bucket("foreign")
    assert status(signed(foreign)) in (403, 404)
    ours = f"/{bucket['AWS_STORAGE_BUCKET_NAME']}/"
    assert status(signed(foreign).replace("/foreign/", ours)) == 403


def test_product_pictures_are_read_by_anybody_and_kept_for_good(public, private, bucket):
    name = public.save("products/1-2-abcdef-320.avif", ContentFile(b"\0\0\0 ftypavif"))
    shown = requests.get(public.url(name), timeout=30)
    assert shown.status_code == 200 and "?" not in public.url(name)
    assert shown.headers["Content-Type"] == "image/avif"
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    base = f"{bucket['AWS_S3_ENDPOINT_URL']}/{bucket['AWS_STORAGE_BUCKET_NAME']}"
    secret = private.save("reviews/a.jpg", ContentFile(b"JPEG"))
    for path in (f"/private/{secret}", "/", "/?list-type=2", "/?prefix=private/"):
        assert requests.get(base + path, timeout=30).status_code == 403, path
    assert requests.put(f"{base}/media/mine.html", data=b"<script>", timeout=30).status_code == 403
    assert requests.delete(public.url(name), timeout=30).status_code == 403


def test_the_type_is_never_what_a_sender_said(public):
    class Sent(ContentFile):
        content_type = "text/html"

    kept = public.save("products/a.webp", Sent(b"<script>alert(1)</script>"))
    assert requests.get(public.url(kept), timeout=30).headers["Content-Type"] == "image/webp"
    for name in ("b.html", "c.svg", "d", "e.webp.html"):
        with pytest.raises(SuspiciousFileOperation):
            public.save(f"products/{name}", Sent(b"<script>alert(1)</script>"))


@pytest.mark.parametrize(
    ("name", "inline", "expected"),
    [
        ("Rechnung Nº 7.pdf", False, "attachment; filename*=utf-8''Rechnung%20N%C2%BA%207.pdf"),
        ("photo.jpg", True, 'inline; filename="photo.jpg"'),
        ("page.html", True, 'attachment; filename="page.html"'),
        ('../x/"a"\r\nSet-Cookie: b=1.pdf', False, 'attachment; filename="\\"a\\"Set-Cookie: b=1.pdf"'),
    ],
)
def test_files_are_called_what_we_call_them(private, name, inline, expected):
    kind = "image/jpeg" if name.endswith(".jpg") else "text/html" if name.endswith("html") else ""
    path = private.save("kept/one.pdf", ContentFile(CONTENT))
    led = send_private(path, name=name, content_type=kind, inline=inline)
    fetched = requests.get(led["Location"], timeout=30)
    assert fetched.headers["Content-Disposition"] == expected
    assert fetched.headers["Content-Type"] == (kind or "application/pdf")


def test_a_file_that_is_gone_is_404(client, file, private):
    private.delete(file.path)
    client.force_login(file.order.customer)
    assert client.get(reverse("documents:download", args=[file.pk])).status_code == 404


def test_names_are_never_overwritten(private):
    first, second = (private.save("kept/same.pdf", ContentFile(text)) for text in (b"one", b"two"))
    assert first != second
    assert private.open(first).read() == b"one" and private.open(second).read() == b"two"
    with pytest.raises(FileNotFoundError):
        private.open("kept/none.pdf")
