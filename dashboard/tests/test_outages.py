"""The line above staff pages while a service is down."""

from datetime import UTC, datetime

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.templatetags.outages import outage_banner
from ecommerce.health import outages, watching
from ecommerce.health.checking import check

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
PAGES = ["index", "orders_order_changelist", "orders_discount_add", "low_stock", "catalog_product_changelist"]


@pytest.fixture
def noon(time_machine):
    time_machine.move_to(datetime(2026, 11, 30, 11, 0, tzinfo=UTC), tick=False)  # noon in Berlin
    return time_machine


@pytest.mark.parametrize("name", PAGES)
def test_staff_are_told_what_is_down_and_since_when(staff, name, noon):
    outages.begin("documents")
    page = staff.get(reverse(f"admin:{name}")).content.decode()
    assert "Since 12:00: Reviews and the list of papers cannot be reached." in page


def test_an_outage_of_another_day_has_its_date(noon):
    outages.begin("files")
    noon.shift(24 * 60 * 60)
    assert outage_banner()["outages"] == ["Since 30 November, 12:00: Pictures and papers cannot be reached."]


def test_nothing_is_said_asked_or_watched_while_all_is_well(staff, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("dashboard.templatetags.outages.watch_outages", lambda: pytest.fail("watched"))
    monkeypatch.setattr("ecommerce.health.checking.check", lambda *_: pytest.fail("probed"))
    assert "st-outages" not in staff.get(reverse("admin:index")).content.decode()
    with CaptureQueriesContext(connections["documents"]) as documents, django_assert_num_queries(0):
        assert outage_banner() == {"outages": []}
    assert len(documents) == 0


def test_the_page_itself_probes_nothing_while_something_is_down(monkeypatch, django_assert_num_queries):
    outages.begin("documents")
    monkeypatch.setattr("ecommerce.health.checking.check", lambda *_: pytest.fail("probed"))
    with django_assert_num_queries(0):
        assert len(outage_banner()["outages"]) == 1


def test_the_line_goes_when_the_service_is_back(staff):
    outages.begin("documents")
    check()
    assert "st-outages" not in staff.get(reverse("admin:index")).content.decode()


def test_a_page_that_shows_it_has_the_service_watched(settings, monkeypatch):
    """The process that saw the outage begin may be gone."""
    outages.begin("documents")
    settings.OUTAGE_RECHECK_SECONDS = 0.05
    started = []
    monkeypatch.setattr(watching, "_until_all_is_well", lambda: started.append(1))
    outage_banner()
    watching._watcher.join(20)
    assert started == [1]


def test_shoppers_are_not_told(client):
    outages.begin("documents")
    assert "cannot be reached." not in client.get("/").content.decode()
