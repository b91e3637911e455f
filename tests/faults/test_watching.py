"""The document store is gone while the shop runs: who watches the shop is told, and told when it is back."""

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.databases import migrated_documents
from tests.faults.demo_shop import OWNER, signed_in
from tests.polling import wait_for
from tests.servers import MongoDB
from tests.shop_server import running_shop

pytestmark = [pytest.mark.server]

WORDS = "Reviews and the list of papers cannot be reached"


@pytest.fixture(scope="module")
def documents():
    with MongoDB() as server:
        yield server


@pytest.fixture(scope="module")
def shop(documents):
    uri = documents.load("shop", migrated_documents(documents))
    with running_shop("watched", MONGODB_URI=uri, OUTAGE_RECHECK_SECONDS="1") as running:
        yield running


@pytest.fixture(autouse=True)
def _running(documents):
    yield
    documents.go_on()
    if not documents.is_running:
        documents.start()


@pytest.fixture(scope="module")
def staff(shop):
    return signed_in(shop, OWNER)


def ready(shop):
    answer = requests.get(f"{shop.url}/health/ready", timeout=30)
    return answer.status_code, answer.json()["parts"]["documents"]


def number(shop, name, **labels):
    text = requests.get(f"{shop.url}/metrics", timeout=30).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == name and sample.labels == labels)


def is_told(staff):
    page = staff.get("/admin/support/ticket/")
    assert page.status_code == 200
    return WORDS in page.text


def test_staff_hear_of_it_because_a_shopper_met_it_and_again_when_it_is_over(shop, documents, staff):
    assert not is_told(staff)
    documents.stop()
    # Nobody asks for /health/ready: a page that does without reviews is what notices.
    assert requests.get(f"{shop.url}/product/field-backpack/", timeout=60).status_code == 200
    wait_for(lambda: is_told(staff), what="line on staff pages")
    assert number(shop, "shop_service_errors_total", service="documents") >= 1
    assert number(shop, "shop_service_up", service="documents") == 0
    documents.start()
    wait_for(lambda: not is_told(staff), what="end of the line")
    assert number(shop, "shop_service_up", service="documents") == 1


def test_balancers_go_on_sending_shoppers(shop, documents):
    wait_for(lambda: ready(shop) == (200, "ok"), what="readiness")
    documents.stop()
    wait_for(lambda: ready(shop) == (200, "degraded"), what="word of the document store")
    assert requests.get(f"{shop.url}/health/live", timeout=30).json() == {"status": "ok"}
    documents.start()
    wait_for(lambda: ready(shop) == (200, "ok"), what="readiness")


def test_a_store_that_accepts_and_never_answers_holds_up_no_balancer(shop, documents):
    wait_for(lambda: ready(shop) == (200, "ok"), what="readiness")
    documents.hang()
    wait_for(lambda: ready(shop) == (200, "degraded"), what="word of the document store")
    documents.go_on()
    wait_for(lambda: ready(shop) == (200, "ok"), what="readiness")
