"""The document store goes while people shop, and comes back: they buy, read why there are no reviews,
and what they write is kept.

A demo shop on a real server of MongoDB's protocol (`tests/servers/mongodb.py`), moved there from its
SQLite file.
"""

import shutil
import subprocess
import sys

import pytest
import requests

from tests.databases import migrated_documents
from tests.faults.demo_shop import ADA, OWNER, PRODUCT, Outage, buy, signed_in, unreviewed
from tests.polling import wait_for
from tests.servers import MongoDB
from tests.shop_server import ROOT, copy_of_shop, environment_of, running_shop
from tests.shopper import hidden

pytestmark = [pytest.mark.server]

TEXT = "It carries what I carry, and I say so while nobody {how}."
AWAY = "Reviews cannot be shown right now"


@pytest.fixture(scope="module")
def store():
    with MongoDB() as server:
        yield server


@pytest.fixture(scope="module")
def shop(store):
    uri = store.load("faults", migrated_documents(store))
    folder = copy_of_shop("moving")
    subprocess.run(
        [sys.executable, "manage.py", "copy_documents", "--from", "embedded", "--to", "mongodb"],
        cwd=ROOT,
        env=environment_of(folder, MONGODB_URI=uri),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(folder)
    with running_shop("documents", MONGODB_URI=uri) as server:
        yield server


@pytest.fixture(params=["stopped", "hangs"])
def outage(request, store):
    one = Outage(store, request.param)
    yield one
    one.end()


def test_people_buy_and_write_and_nothing_is_lost(shop, store, outage):
    text = TEXT.format(how=outage.how)
    ada, owner = signed_in(shop, ADA), signed_in(shop, OWNER)
    slug = unreviewed(shop)
    [product] = shop.rows("SELECT id, review_count FROM catalog_product WHERE slug = ?", slug)
    form = f"/product/{slug}/review/"
    api = f"{shop.url}/api/reviews/{product['id']}"
    assert AWAY not in ada.get(f"/product/{PRODUCT}/").text
    assert requests.get(api, timeout=60).status_code == 200

    outage.begin()
    for path in ("/", f"/product/{PRODUCT}/", "/account/", "/account/orders/"):
        page = ada.get(path)
        assert page.status_code == 200, path
    assert AWAY in ada.get(f"/product/{PRODUCT}/").text
    _, order = buy(shop, f"while-{outage.how}@example.com")
    assert order["payment_status"] == "paid"
    page = ada.get(f"/orders/{order['token']}/")
    assert page.status_code == 200 and "Your files cannot be shown right now" in page.text
    refused = requests.get(api, timeout=60)
    assert (refused.status_code, refused.json()["code"]) == (503, "reviews_unavailable")
    for path in ("/admin/reviews/review/", "/admin/documents/orderfile/"):
        page = owner.get(path)
        assert page.status_code == 503 and "their database does not answer" in page.text
    assert "Reviews cannot be read right now" in owner.get("/admin/").text

    seen = ada.get(form)
    assert "You can write yours all the same" in seen.text
    assert ada.post(form, seen=seen, rating="4", review=text).status_code == 302
    assert "kept and will appear soon" in ada.get(f"/product/{slug}/").text
    again = ada.session.post(
        shop.url + form,
        data={"csrfmiddlewaretoken": hidden(seen, "csrfmiddlewaretoken"), "rating": "4", "review": text},
        timeout=60,
    )
    assert again.status_code == 409 and "kept and will appear soon" in again.text
    shop.manage("sweep")
    assert len(shop.rows("SELECT 1 FROM reviews_keptreview")) == 1, "there was nowhere to deliver it"

    outage.end()
    wait_for(lambda: AWAY not in ada.get(f"/product/{slug}/").text, what="the reviews", seconds=60)
    shop.manage("sweep")
    shop.manage("sweep")
    assert not shop.rows("SELECT 1 FROM reviews_keptreview")
    with store.client() as client:
        assert client["faults"].reviews_review.count_documents({"review": text}) == 1
        papers = client["faults"].documents_orderfile
        assert papers.count_documents({"order_number": order["number"], "file_type": "invoice"}) == 1
    assert text in ada.get(f"/product/{slug}/").text
    [counted] = shop.rows("SELECT review_count FROM catalog_product WHERE id = ?", product["id"])
    assert counted["review_count"] == product["review_count"] + 1
    assert requests.get(api, timeout=60).status_code == 200
