"""Files without any server: what pages cost, what is refused, and headers of local files."""

import json
import logging
import os
import subprocess
import sys
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.admin.product_forms import ImageForm
from catalog.models import ProductImage, ProductImport
from catalog.tests.factories import ProductFactory
from customers.tests.factories import StaffFactory
from ecommerce.lib import s3, uploads
from ecommerce.lib.bucket import bucket_base, client_config, origin
from ecommerce.lib.files import FilesUnavailable, require_reachable, safe_name, send_private
from tests.servers.base import free_port
from tests.settings import EMBEDDED

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def nowhere(settings, monkeypatch):
    """Both stores at an S3 that is down; returns what was asked of it."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    options = {
        "bucket_name": "shop",
        "endpoint_url": endpoint,
        "access_key": "key",
        "secret_key": "secret",
        "region_name": "eu-central-1",
        "client_config": client_config(path_style=True),
    }
    public = options | {"location": "media", "base": f"{endpoint}/shop"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "ecommerce.lib.s3.PublicStorage", "OPTIONS": public},
        "private": {"BACKEND": "ecommerce.lib.s3.PrivateStorage", "OPTIONS": options},
    }
    monkeypatch.setattr(s3, "breaker", s3.Breaker("the file store", hold=60))
    asked = []
    send = s3.S3Storage.connection.fget

    def noted(self):
        connection = send(self)
        connection.meta.client.meta.events.register("before-call.s3", lambda **call: asked.append(call))
        return connection

    monkeypatch.setattr(s3.S3Storage, "connection", property(noted))
    return asked


def test_pages_ask_the_store_nothing(client, nowhere):
    product = ProductFactory()
    ProductImage.objects.create(product=product, stem="products/1-1-abc", alt="A bag, from the front")
    for page in ("/", "/products/", product.get_absolute_url(), "/api/products/"):
        assert client.get(page).status_code == 200
    shown = client.get(product.get_absolute_url()).content.decode()
    assert "/shop/media/products/1-1-abc-" in shown and 'alt="A bag, from the front"' in shown
    assert nowhere == []


def test_after_one_failure_nobody_waits_for_the_store(nowhere, caplog):
    caplog.set_level(logging.WARNING, "ecommerce")
    for _ in range(5):
        with pytest.raises(FilesUnavailable):
            storages["private"].exists("a")
    assert len(nowhere) <= 2
    assert [record.name for record in caplog.records] == ["ecommerce.lib.breaker"]


@pytest.mark.parametrize(
    "work",
    [
        lambda store: store.save("a.pdf", ContentFile(b"a")),
        lambda store: store.open("a.pdf"),
        lambda store: store.delete("a.pdf"),
        lambda store: store.listdir(""),
        lambda store: store.size("a.pdf"),
        lambda store: require_reachable("private"),
        lambda store: send_private("a.pdf", name="a.pdf"),
    ],
)
def test_whatever_cannot_be_done_is_said_in_words(nowhere, work):
    with pytest.raises(FilesUnavailable, match=r"Please try again in a few minutes\."):
        work(storages["private"])


def test_nobody_waits_longer_for_the_store_than_for_a_person():
    waits = client_config(path_style=True)
    assert (waits.connect_timeout, waits.read_timeout, waits.retries["total_max_attempts"]) == (2, 5, 2)


@pytest.mark.parametrize(
    ("region", "host"),
    [("eu-central-1", "shop.s3.eu-central-1.amazonaws.com"), ("us-east-1", "shop.s3.amazonaws.com")],
)
def test_amazons_buckets_are_where_signed_addresses_say(region, host):
    signed = s3.PrivateStorage(
        bucket_name="shop",
        endpoint_url=None,
        access_key="key",
        secret_key="secret",
        region_name=region,
        client_config=client_config(path_style=False),
    ).url("a.pdf")
    assert origin(signed) == bucket_base(bucket="shop", endpoint="", region=region) == f"https://{host}"


# What a shop with some environment says of its pictures: who may show them, and where one is.
PICTURES = """
import json
from django.conf import settings
from django.core.files.storage import storages
allowed = [str(one) for one in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"]]
print(json.dumps([allowed, storages["default"].url("products/a-320.avif")]))
"""
OWN = ["'self'", "data:"]


@pytest.mark.parametrize(
    ("environment", "others", "picture"),
    [
        ({}, [], "/media/products/a-320.avif"),
        (
            {"AWS_STORAGE_BUCKET_NAME": "b", "AWS_S3_ENDPOINT_URL": "http://store.test:9000"},
            ["http://store.test:9000"],
            "http://store.test:9000/b/media/products/a-320.avif",
        ),
        (
            {
                "AWS_STORAGE_BUCKET_NAME": "b",
                "AWS_S3_ENDPOINT_URL": "http://inside:9000",
                "AWS_S3_LINK_ENDPOINT_URL": "https://files.test",
            },
            ["https://files.test"],
            "https://files.test/b/media/products/a-320.avif",
        ),
        (
            # All of it through the front, as in compose.yaml.
            {
                "AWS_STORAGE_BUCKET_NAME": "b",
                "AWS_S3_ENDPOINT_URL": "http://inside:9000",
                "AWS_S3_LINK_ENDPOINT_URL": "https://shop.test",
                "AWS_S3_CUSTOM_DOMAIN": "https://shop.test",
                "SITE_URL": "https://shop.test",
            },
            ["https://shop.test"],
            "https://shop.test/media/products/a-320.avif",
        ),
        (
            {
                "AWS_STORAGE_BUCKET_NAME": "b",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_S3_CUSTOM_DOMAIN": "cdn.test",
                "SITE_URL": "https://shop.test",
            },
            ["https://b.s3.eu-west-1.amazonaws.com", "https://cdn.test"],
            "https://cdn.test/media/products/a-320.avif",
        ),
    ],
)
def test_pages_may_show_what_the_shop_links_to_and_nothing_else(environment, others, picture, tmp_path):
    shop = {"DJANGO_SETTINGS_MODULE": "ecommerce.settings", "VAR_DIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", PICTURES],
        env=os.environ | EMBEDDED | shop | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == [OWN + others, picture]


def test_staff_are_told_while_files_cannot_be_kept(client, nowhere, monkeypatch):
    monkeypatch.setattr(ProductImport._meta.get_field("file"), "storage", storages["private"])
    client.force_login(StaffFactory())
    page = reverse("admin:catalog_productimport_add")
    sent = client.post(page, {"file": SimpleUploadedFile("a.csv", b"sku,name\n1,One\n")})
    assert sent.status_code == 503 and "Files cannot be reached right now" in sent.content.decode()
    assert not ProductImport.objects.exists()


def test_a_product_that_was_being_edited_is_shown_again_as_it_was_typed(nowhere):
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, format="PNG")
    sent = SimpleUploadedFile("a.png", picture.getvalue(), content_type="image/png")
    form = ImageForm({"alt": "A bag, from behind", "position": "0"}, {"original": sent})
    assert form.errors["original"] == [
        "Files cannot be reached right now. Please try again in a few minutes."
    ]


def test_a_request_that_is_larger_than_any_form_is_refused_unread(client, monkeypatch):
    monkeypatch.setattr(uploads, "MOST", 2000)
    large = SimpleUploadedFile("a.jpg", b"x" * 3000)
    refused = client.post("/contact/", {"photo": large})
    assert refused.status_code == 413 and "That is too large" in refused.content.decode()
    staff = StaffFactory()
    client.force_login(staff)
    large.seek(0)
    assert client.post("/contact/", {"photo": large}).status_code != 413


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.pdf", "b.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("...", "file"),
    ],
)
def test_names_mean_the_same_everywhere(given, name):
    assert safe_name(given) == name
