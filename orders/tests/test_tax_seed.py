"""Loading VAT rates: what a new shop begins with, and how it follows changes of the law."""

from datetime import date
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import call_command

from catalog.models import StoreSettings
from dashboard.management.commands.prepare import Command as Prepare
from orders import tax_figures
from orders.models import TaxRate, TaxRegion
from orders.services.tax_seed import planned_changes, seed_tax_rates

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def germany_raises(monkeypatch):
    """From here on the figures say 20 % for Germany."""

    def change():
        rates_of = tax_figures.rates_of
        changed = {"standard": D(20), "reduced": D(7)}
        monkeypatch.setattr(
            tax_figures, "rates_of", lambda country: changed if country == "DE" else rates_of(country)
        )

    return change


def rows(**wanted):
    found = TaxRate.objects.filter(**wanted).order_by("tax_class", "valid_from")
    return list(found.values_list("tax_class", "rate", "valid_from", "valid_until"))


def test_a_new_shop_gets_every_member_state_and_the_regions():
    report = seed_tax_rates(today=TODAY)
    assert rows(country="DE", region="") == [
        ("reduced", D(7), date(2021, 1, 1), None),
        ("standard", D(19), date(2021, 1, 1), None),
    ]
    assert rows(country="EE", tax_class="standard")[0][1:3] == (D(24), date(2025, 7, 1))
    assert [row[0] for row in rows(country="DK")] == ["standard"]
    assert len(report.regions) == TaxRegion.objects.count() == 15
    assert rows(region="DE-HELGOLAND") == [
        ("reduced", D(0), date(2021, 1, 1), None),
        ("standard", D(0), date(2021, 1, 1), None),
    ]
    assert rows(region="PT-20", tax_class="standard") == [("standard", D(16), date(2021, 7, 1), None)]
    assert not TaxRate.objects.filter(country="XI").exists()


def test_every_rate_chosen_by_hand_is_one_that_the_figures_know():
    for country in tax_figures.REDUCED:
        assert "reduced" in tax_figures.rates_of(country), country
    begun = {(figure.country, figure.tax_class): figure.rate for figure in tax_figures.country_figures()}
    for country, tax_class, rate in tax_figures.BEGAN:
        assert begun[country, tax_class] == D(rate), country


def test_loading_again_changes_nothing():
    seed_tax_rates(today=TODAY)
    before = list(TaxRate.objects.order_by("pk").values_list())
    report = seed_tax_rates(today=TODAY)
    assert report.is_empty and report.sentences == ["Every rate is there already."]
    assert list(TaxRate.objects.order_by("pk").values_list()) == before


def test_a_changed_rate_ends_the_old_one_today_and_touches_no_past_day(germany_raises):
    seed_tax_rates(today=TODAY)
    germany_raises()
    assert "Germany, standard: 19 % until 23.11.2026, then 20 %." in planned_changes(today=TODAY).sentences
    assert len(rows(country="DE", tax_class="standard", region="")) == 1
    for _ in range(2):
        seed_tax_rates(today=TODAY)
    assert rows(country="DE", tax_class="standard", region="") == [
        ("standard", D(19), date(2021, 1, 1), TODAY),
        ("standard", D(20), TODAY, None),
    ]


def test_a_rate_that_staff_entered_for_a_later_day_is_left_alone(germany_raises):
    seed_tax_rates(today=TODAY)
    TaxRate.objects.filter(country="DE", region="", tax_class="standard").update(valid_until=date(2027, 1, 1))
    TaxRate.objects.create(country="DE", tax_class="standard", rate=D(21), valid_from=date(2027, 1, 1))
    before = list(TaxRate.objects.order_by("pk").values_list())
    germany_raises()
    report = seed_tax_rates(today=TODAY)
    assert list(TaxRate.objects.order_by("pk").values_list()) == before
    assert report.sentences == [
        "Germany, standard: 21 % kept, which was entered later than the figures' 20 %."
    ]


def test_a_rate_that_began_after_the_figures_were_fetched_is_left_alone(germany_raises):
    newer = tax_figures.data_day().replace(day=30)
    TaxRate.objects.create(country="DE", tax_class="standard", rate=D(18), valid_from=newer)
    seed_tax_rates(today=TODAY)
    assert rows(country="DE", tax_class="standard", region="") == [("standard", D(18), newer, None)]


def test_overseas_departments_have_french_rates_for_a_french_shop_alone():
    settings = StoreSettings.current()
    settings.country = "FR"
    settings.save()
    seed_tax_rates(today=TODAY)
    assert [row[1] for row in rows(region="FR-RE")] == [D("2.1"), D("8.5")]
    assert [row[1] for row in rows(region="FR-GF")] == [D(0), D(0)]


def test_a_region_that_staff_changed_stays_as_they_left_it():
    seed_tax_rates(today=TODAY)
    TaxRegion.objects.filter(code="ES-CN").update(postal_codes="35*")
    TaxRate.objects.filter(region="ES-CN").update(rate=D(7))
    assert seed_tax_rates(today=TODAY).is_empty
    assert TaxRegion.objects.get(code="ES-CN").postal_codes == "35*"


def test_the_command_says_what_it_does_and_can_only_say_it():
    told = StringIO()
    call_command("seed_tax_rates", "--dry-run", stdout=told)
    assert "Heligoland" in told.getvalue() and not TaxRate.objects.exists()
    call_command("seed_tax_rates", stdout=StringIO())
    assert TaxRate.objects.exists()


def test_a_new_shop_is_given_the_rates_once():
    told = StringIO()
    prepare = Prepare(stdout=told)
    prepare._seed_tax_rates()
    assert TaxRate.objects.filter(country="DE", rate=D(19)).exists()
    TaxRate.objects.exclude(country="DE").delete()
    prepare._seed_tax_rates()
    assert not TaxRate.objects.exclude(country="DE").exists()
    assert told.getvalue() == "Loading the VAT rates of Europe\n"
