"""The file store goes while people shop, and comes back: pages go on, what is owed is made up for.

A shop on a real S3 (`tests/servers/s3.py`).
"""

from io import BytesIO
from uuid import UUID

import pytest
import requests
from PIL import Image

from tests.faults.demo_shop import ADA, OWNER, PRODUCT, Outage, buy, signed_in, unreviewed
from tests.polling import wait_for
from tests.servers import S3
from tests.shop_server import running_shop
from tests.shopper import hidden

pytestmark = [pytest.mark.server]

TOLD = "Pictures and papers cannot be reached"
TEXT = "It carries what I carry, and I will say so at some length."


@pytest.fixture(scope="module")
def store():
    with S3() as server:
        yield server


@pytest.fixture(scope="module")
def shop(store):
    # One process: what it knows of the store is then the same for every request.
    with running_shop("files", workers=1, OUTAGE_RECHECK_SECONDS="1", **store.bucket("faults")) as server:
        yield server


@pytest.fixture(params=["stopped", "hangs"])
def outage(request, store):
    one = Outage(store, request.param)
    yield one
    one.end()


def invoice_of(shop, order):
    return shop.rows(
        "SELECT * FROM documents_orderfile WHERE order_number = ? AND file_type = 'invoice'",
        order["number"],
        database="documents",
    )


def photo():
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, format="JPEG")
    return buffer.getvalue()


def test_an_outage_delays_papers_and_loses_nothing(shop, outage):
    guest, before = buy(shop, f"before-{outage.how}@example.com")
    [file] = wait_for(lambda: invoice_of(shop, before), what="the paper of an order")
    link = f"/files/{UUID(file['_id'])}/?token={before['token']}"
    fetched = guest.get(link)
    assert fetched.content.startswith(b"%PDF-") and "X-Amz-Signature" in fetched.url

    outage.begin()
    for path in ("/", "/products/", f"/product/{PRODUCT}/"):
        assert guest.get(path).status_code == 200, path
    refused = guest.get(link)
    assert refused.status_code == 503 and refused.headers["Retry-After"]
    assert "Files cannot be reached right now" in refused.text
    owner = signed_in(shop, OWNER)
    wait_for(lambda: TOLD in owner.get("/admin/").text, what="line on staff pages")
    # A purchase is as good as ever; its paper is owed.
    _, order = buy(shop, f"while-{outage.how}@example.com")
    assert order["payment_status"] == "paid"
    assert not invoice_of(shop, order)
    shop.manage("sweep")
    assert not invoice_of(shop, order), "there was nowhere to put it"

    outage.end()
    wait_for(lambda: guest.get(link).content.startswith(b"%PDF-"), what="the old paper", seconds=60)
    wait_for(lambda: TOLD not in owner.get("/admin/").text, what="end of the line on staff pages")
    shop.manage("sweep")
    [file] = invoice_of(shop, order)
    assert file["size"] > 1000


def test_a_review_with_a_photo_keeps_its_text_while_photos_cannot_be_taken(shop, outage):
    ada = signed_in(shop, ADA)
    seen = ada.get(f"/product/{unreviewed(shop)}/review/")
    data = {"csrfmiddlewaretoken": hidden(seen, "csrfmiddlewaretoken"), "rating": "4", "review": TEXT}

    def send():
        return ada.session.post(
            seen.url, data=data, files={"photo": ("me.jpg", photo())}, timeout=60, allow_redirects=False
        )

    outage.begin()
    answer = send()
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert TEXT in answer.text and "We cannot take photos right now" in answer.text
    assert not shop.rows("SELECT 1 FROM reviews_review WHERE review = ?", TEXT, database="documents")
    outage.end()
    wait_for(lambda: send().status_code in (302, 409), what="the review", seconds=60)
    [review] = shop.rows("SELECT * FROM reviews_review WHERE review = ?", TEXT, database="documents")
    shown = requests.get(f"{shop.url}/reviews/{UUID(review['_id'])}/photo/", timeout=60)
    assert shown.status_code == 200 and shown.headers["Content-Type"] == "image/jpeg"
    shop.write("DELETE FROM reviews_review WHERE review = ?", TEXT, database="documents")
