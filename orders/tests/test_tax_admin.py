"""Tax rates and regions for staff: words for what cannot be, and loading the figures."""

from decimal import Decimal as D

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import StaffFactory, UserFactory
from orders.models import TaxRate, TaxRegion
from orders.tests.factories import OrderFactory
from orders.tests.test_tax_rates import rate

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
RATES, ADD, LOAD = (reverse(f"admin:orders_taxrate_{page}") for page in ("changelist", "add", "load"))
REGION_ADD = reverse("admin:orders_taxregion_add")
RATE = {
    "country": "DE",
    "region": "",
    "tax_class": "standard",
    "rate": "19",
    "valid_from": "2021-01-01",
    "valid_until": "",
}
REGION = {"code": "DE-HELGOLAND", "country": "DE", "name": "Heligoland", "postal_codes": "27498"}


@pytest.fixture
def owner(client):
    client.force_login(UserFactory(email="owner@alcove.example", is_staff=True, is_superuser=True))
    return client


def saved(client, url, data):
    """The page's words, "" when the form was taken."""
    answer = client.post(url, data)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_rate_follows_another_on_the_day_it_ends(owner):
    assert saved(owner, ADD, RATE | {"rate": "16", "valid_until": "2026-01-01"}) == ""
    assert saved(owner, ADD, RATE | {"valid_from": "2026-01-01"}) == ""
    assert TaxRate.objects.count() == 2


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (
            {"valid_from": "2025-12-31"},
            "This overlaps the 16 % that are valid from 01.01.2021 until 01.01.2026",
        ),
        ({"valid_from": "2020-01-01"}, "This overlaps the 16 %"),
        ({"valid_from": "2021-01-01"}, "There is a rate for this place and class from this day on already"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-02-01"}, "A rate must begin before it ends"),
        ({"valid_from": "2026-02-01", "rate": "101"}, "rate"),
    ],
)
def test_what_cannot_be_is_refused_in_words(owner, dates, words):
    rate("DE", "standard", 16, until="2026-01-01")
    assert words in saved(owner, ADD, RATE | dates)
    assert TaxRate.objects.count() == 1


def test_a_region_or_another_class_overlaps_nothing(owner):
    rate("DE", "standard", 19)
    assert saved(owner, REGION_ADD, REGION) == ""
    assert saved(owner, ADD, RATE | {"region": "DE-HELGOLAND", "rate": "0"}) == ""
    assert saved(owner, ADD, RATE | {"tax_class": "reduced", "rate": "7"}) == ""
    assert "no such region in this country" in saved(
        owner, ADD, RATE | {"country": "FR", "region": "DE-HELGOLAND"}
    )


def test_a_rate_can_be_ended(owner):
    row = rate("DE", "standard", 19)
    change = reverse("admin:orders_taxrate_change", args=[row.pk])
    assert saved(owner, change, RATE | {"valid_until": "2027-01-01"}) == ""
    assert str(TaxRate.objects.get().valid_until) == "2027-01-01"


def test_postal_codes_that_match_nothing_are_refused_in_words(owner):
    text = saved(owner, REGION_ADD, REGION | {"postal_codes": "27498, 81999-80000"})
    assert "“81999-80000” can match no postal code" in text
    assert not TaxRegion.objects.exists()


def test_loading_shows_first_what_it_changes(owner):
    rate("DE", "standard", 16)
    text = owner.get(LOAD).content.decode()
    assert "Germany, standard: 16 % until" in text and "then 19 %" in text and "Heligoland" in text
    assert TaxRate.objects.count() == 1
    told = owner.post(LOAD, follow=True).content.decode()
    assert "Germany, standard: 16 % until" in told
    assert list(
        TaxRate.objects.filter(country="DE", region="", tax_class="standard").values_list("rate", flat=True)
    ) == [D(19), D(16)]
    assert "Every rate is there already" in owner.get(LOAD).content.decode()


@pytest.mark.parametrize("may", [(), ("view_taxrate",), ("add_taxrate", "view_taxrate")])
def test_loading_takes_the_right_to_add_and_to_change(client, may):
    staff = UserFactory(email="clerk@alcove.example", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(staff)
    assert client.get(LOAD).status_code == client.post(LOAD).status_code == 403
    assert not TaxRate.objects.exists()
    if may:
        assert "Load EU rates" not in client.get(RATES).content.decode()


def test_strangers_are_sent_away(client):
    assert client.post(LOAD).status_code == 302 and not TaxRate.objects.exists()


def test_the_lists_take_as_many_queries_for_many_rows_as_for_few(owner):
    counts = []
    for days in (range(1, 3), range(3, 25)):
        for day in days:
            rate("DE", "standard", day, since=f"2021-01-{day:02}", until=f"2021-01-{day + 1:02}")
            TaxRegion.objects.create(code=f"DE-{day}", country="DE", name="Part", postal_codes=str(day))
        for url in (RATES, reverse("admin:orders_taxregion_changelist")):
            owner.get(url)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert owner.get(f"{url}?country=DE").status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_an_order_shows_the_buyers_number_and_where_to_check_it(client):
    order = OrderFactory()
    client.force_login(StaffFactory())
    page = reverse("admin:orders_order_change", args=[order.pk])
    assert "taxation_customs/vies" not in client.get(page).content.decode()
    type(order).objects.filter(pk=order.pk).update(
        vat_number="FR40303265045", reverse_charge=True, prices_include_tax=False
    )
    text = client.get(page).content.decode()
    assert "FR40303265045" in text and "https://ec.europa.eu/taxation_customs/vies/" in text
    assert "No tax: reverse charge" in text
