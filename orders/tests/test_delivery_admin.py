"""Zones, methods and their prices in the staff site, and the page that tries them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import StoreSettings
from customers.tests.factories import StaffFactory
from dashboard.tests.conftest import sign_in, staff_with
from orders.models import DeliveryZone, ShippingMethod, ShippingRate
from orders.tests.factories import CollectFactory, ShippingMethodFactory, make_rates, zone_of

pytestmark = pytest.mark.django_db

METHODS, ZONES = (reverse(f"admin:orders_{name}_changelist") for name in ("shippingmethod", "deliveryzone"))
ZONE_ADD, METHOD_ADD = (reverse(f"admin:orders_{name}_add") for name in ("deliveryzone", "shippingmethod"))
TRY = reverse("admin:orders_shippingmethod_try_it")
GOODS = {"weight_grams": "500", "subtotal": "20", "quantity": "1"}
RATE = {
    "rates-TOTAL_FORMS": "1",
    "rates-INITIAL_FORMS": "0",
    "rates-0-price": "4.50",
    "rates-0-days_min": "1",
    "rates-0-days_max": "2",
    "rates-0-position": "0",
}
METHOD = {"code": "post", "name": "Post", "kind": "parcel", "handling_days": "0", "position": "0"}


@pytest.fixture
def staff():
    return sign_in(StaffFactory())


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_zone_is_written_in_one_form_however_it_was_typed(staff):
    form = {"name": "Islands", "countries": "de, de", "postal_codes": "25980-25999\n27498", "position": "1"}
    assert staff.post(ZONE_ADD, form).status_code == 302
    zone = DeliveryZone.objects.get()
    assert zone.countries == "DE" and zone.created_by.is_staff
    assert "DE, some postal codes" in text_of(staff.get(ZONES))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"countries": "DE XY"}, "No country has the code XY"),
        ({"postal_codes": "25999-25980"}, "is no postal code like 10115"),
        ({"postal_codes": "*5"}, "is no postal code like 10115"),
        ({"postal_codes": "2598-25999"}, "Enter a postal code for Germany"),
        ({"excluded_postal_codes": "123"}, "Enter a postal code for Germany"),
        ({"countries": "", "postal_codes": "27498"}, "Postal codes belong to a country"),
    ],
)
def test_a_zone_that_could_match_nothing_is_refused_in_words(staff, wrong, words):
    page = staff.post(ZONE_ADD, {"name": "Islands", "countries": "DE", "position": "0"} | wrong)
    assert page.status_code == 200 and words in text_of(page)
    assert not DeliveryZone.objects.exists()


def test_a_method_is_made_with_its_prices(staff):
    zone = zone_of("DE")
    form = METHOD | RATE | {"rates-0-zone": str(zone.pk), "rates-0-weight_to": "5000"}
    assert staff.post(METHOD_ADD, form).status_code == 302
    rate = ShippingRate.objects.get()
    assert (rate.price, rate.zone, rate.weight_to) == (Decimal("4.50"), zone, 5000)
    assert "DE: €4.50, up to 5 kg" in text_of(staff.get(METHODS))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rates-0-price": "-1"}, "greater than or equal to 0"),
        ({"rates-0-days_min": "3"}, "“Days to” is before “days from”"),
        ({"rates-0-weight_from": "9", "rates-0-weight_to": "5"}, "“Grams to” is less"),
        ({"rates-0-subtotal_from": "9", "rates-0-subtotal_to": "9"}, "“Goods below” has to be more"),
        ({"rates-0-quantity_from": "3", "rates-0-quantity_to": "2"}, "“Pieces to” is less"),
        ({"kind": "collect"}, "Say where it is collected"),
    ],
)
def test_prices_and_places_that_cannot_be_are_refused_in_words(staff, wrong, words):
    page = staff.post(METHOD_ADD, METHOD | RATE | wrong)
    assert page.status_code == 200 and words in text_of(page)
    assert not ShippingMethod.objects.exists()


def test_the_database_refuses_them_too():
    method = ShippingMethodFactory()
    rate = {"method": method, "price": 1}
    for wrong in ({"days_min": 3}, {"weight_from": 9, "weight_to": 5}, {"price": -1}, {"free_from": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShippingRate.objects.create(**rate | wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeliveryZone.objects.create(name="Nowhere", postal_codes="10115")
    with pytest.raises(IntegrityError), transaction.atomic():
        CollectFactory(line1="")


def test_trying_shows_what_is_offered_and_when_it_would_arrive(staff, time_machine):
    time_machine.move_to("2026-11-18T09:00:00Z", tick=False)
    make_rates()
    CollectFactory()
    text = text_of(staff.get(TRY, GOODS | {"country": "DE", "postal_code": "10115"}))
    assert "Thursday 19 to Friday 20 November" in text and "€3.90" in text
    assert "ready from Thursday 19 November" in text and "Wednesday 15:00" in text
    text = text_of(staff.get(TRY, GOODS | {"country": "AT", "weight_grams": "99999"}))
    assert "€3.90" not in text and "Alcove shop" in text
    ShippingMethod.objects.update(is_suspended=True)
    assert "Nothing. No rate" in text_of(staff.get(TRY, GOODS | {"country": "DE"}))


def test_trying_something_wrong_says_what(staff):
    page = staff.get(TRY, GOODS | {"country": "DE", "postal_code": "1", "quantity": "0"})
    assert page.status_code == 400
    assert "Enter a postal code for Germany" in text_of(page) and "greater than or equal to 1" in text_of(
        page
    )
    assert staff.get(TRY).status_code == 200 and f'href="{TRY}"' in text_of(staff.get(METHODS))


def test_only_staff_with_the_permission_get_in(client):
    picker = sign_in(staff_with("orders.view_order"))
    for url in (METHODS, ZONES, METHOD_ADD, ZONE_ADD, TRY):
        assert picker.get(url).status_code == 403
        assert client.get(url).status_code == 302
    viewer = sign_in(staff_with("orders.view_shippingmethod"))
    assert viewer.get(TRY).status_code == 200 and viewer.get(METHOD_ADD).status_code == 403


def test_lists_and_forms_take_as_many_queries_however_many_rows(staff):
    method = ShippingMethodFactory()
    form = reverse("admin:orders_shippingmethod_change", args=[method.pk])
    pages = (METHODS, ZONES, form)
    for page in pages:
        staff.get(page)

    def counts():
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(page).status_code == 200
            found.append(len(queries))
        return found

    before = counts()
    for number in range(4):
        zone = zone_of("AT", name=f"Zone {number}")
        ShippingRate.objects.create(method=method, zone=zone, price=number)
        ShippingMethodFactory(code=f"m{number}", name=f"Method {number}", countries="DE")
    assert counts() == before


def test_shop_settings_refuse_unknown_regions_and_days_in_words():
    settings = StoreSettings(holiday_region="Berlin", closed_days="24.12.2026")
    with pytest.raises(ValidationError) as caught:
        settings.full_clean()
    assert "country such as DE" in str(caught.value) and "date like 2026-12-24" in str(caught.value)
    StoreSettings(holiday_region="DE-BE", closed_days="2026-12-28 to 2026-12-31").full_clean()
