"""Delivery as shoppers and programs meet it: zones, limits, the promised day, where it would go."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Product, StoreSettings, Variant
from catalog.tests.factories import ProductFactory
from orders.models import Cart, CartLine, DeliveryZone, Order, ShippingMethod, ShippingRate
from orders.tests.factories import CollectFactory, ShippingMethodFactory, make_rates, zone_of
from orders.tests.test_checkout_pages import ADDRESS, CONTACT, DELIVERY, REVIEW, WHERE, answer_all, pay

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

CART, DRAWER = reverse("orders:cart"), reverse("orders:cart_drawer")
DESTINATION = reverse("orders:cart_destination")
WEDNESDAY = "2026-11-18T09:00:00Z"


@pytest.fixture(autouse=True)
def _wednesday_morning(time_machine):
    time_machine.move_to(WEDNESDAY, tick=False)


@pytest.fixture
def product():
    make_rates()
    standard = ShippingMethod.objects.get(code="standard")
    islands = zone_of("DE", name="Islands", postal_codes="25980-25999\n27498")
    rate = {"price": Decimal("8.90"), "days_min": 2, "days_max": 4}
    ShippingRate.objects.create(method=standard, zone=islands, **rate)
    return ProductFactory(name="Field backpack", sku="BACKPACK", price="40.00", stock=5)


@pytest.fixture
def shopper(client, product):
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    return client


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_basket_says_when_it_comes_and_with_whom(shopper):
    for url in (CART, DRAWER):
        assert (
            "Delivered <strong>Thursday 19 to Friday 20 November</strong> with Standard delivery"
            in text_of(shopper.get(url))
        )


def test_the_basket_is_priced_for_where_it_would_go(shopper):
    page = shopper.post(DESTINATION, {"country": "DE", "postal_code": "d-25980"}, follow=True)
    text = text_of(page)
    assert "€48.90" in text and "Delivery to Germany (25980)" in text
    assert "Friday 20 to Tuesday 24 November" in text
    assert "Friday 20 to Tuesday 24 November" in text_of(shopper.get(DRAWER))
    line = CartLine.objects.get()
    changed = shopper.post(reverse("orders:cart_update", args=[line.pk]), {"quantity": "2"}, follow=True)
    assert "€88.90" in text_of(changed)
    shopper.post(CONTACT, {"email": "kim@example.com"})
    assert shopper.get(ADDRESS).context["form"]["postal_code"].value() == "25980"


def test_a_wrong_postal_code_is_said_beside_the_field_and_above(shopper):
    page = shopper.post(DESTINATION, {"country": "DE", "postal_code": "123"})
    text = text_of(page)
    assert page.status_code == 400
    assert '<a href="#id_postal_code">Enter a postal code for Germany' in text
    assert 'id="id_postal_code_error"' in text and 'value="123"' in text
    assert "<title>Error: Your basket" in text and "<details open>" in text
    page = shopper.post(DESTINATION, {"country": "XX"})
    assert page.status_code == 400 and "Choose a country from the list" in text_of(page)
    assert "€43.90" in text_of(shopper.get(CART))


def test_with_scripts_the_baskets_own_fragment_comes_back(shopper):
    headers = {"HX-Request": "true", "HX-Target": "cart-body"}
    found = shopper.post(DESTINATION, {"country": "DE", "postal_code": "27498"}, headers=headers)
    assert found.status_code == 200 and "€48.90" in text_of(found) and "<html" not in text_of(found)


def test_the_address_of_the_checkout_counts_once_it_is_known(shopper):
    shopper.post(DESTINATION, {"country": "DE", "postal_code": "25980"})
    shopper.post(CONTACT, {"email": "kim@example.com"})
    shopper.post(ADDRESS, WHERE)
    text = text_of(shopper.get(CART))
    assert "€43.90" in text and "Delivery to Germany (10115)" in text and DESTINATION not in text


def test_where_nothing_goes_is_said_with_country_and_postal_code(shopper):
    page = shopper.post(DESTINATION, {"country": "AT", "postal_code": "1010"}, follow=True)
    assert "We cannot deliver these things to Austria (1010)." in text_of(page)
    shopper.post(CONTACT, {"email": "kim@example.com"})
    shopper.post(ADDRESS, WHERE | {"country": "AT", "postal_code": "1010"})
    assert "We cannot deliver these things to Austria (1010)." in text_of(shopper.get(DELIVERY))


def test_where_no_parcel_goes_it_can_be_collected_but_only_by_who_says_so(shopper):
    CollectFactory()
    page = shopper.post(DESTINATION, {"country": "AT", "postal_code": "1010"}, follow=True)
    assert "you can collect them" in text_of(page) and page.context["view"].method is None
    shopper.post(CONTACT, {"email": "kim@example.com"})
    shopper.post(ADDRESS, WHERE | {"country": "AT", "postal_code": "1010"})
    choices = shopper.get(DELIVERY)
    assert [option.method.code for option in choices.context["options"]] == ["collect"]
    assert "checked" not in text_of(choices).split("<fieldset")[1].split("</fieldset>")[0]


def test_what_is_too_heavy_is_not_offered(shopper):
    ShippingRate.objects.update(weight_to=1000)
    Variant.objects.update(weight_grams=600)
    assert "€43.90" in text_of(shopper.get(CART))
    Cart.objects.get().lines.update(quantity=2)
    assert "We cannot deliver these things to Germany." in text_of(shopper.get(CART))


def test_delivery_is_free_above_a_sum_of_the_goods(shopper):
    ShippingRate.objects.update(free_from=Decimal(80))
    assert "€43.90" in text_of(shopper.get(CART))
    Cart.objects.get().lines.update(quantity=2)
    page = shopper.get(CART)
    assert page.context["view"].quote.shipping == 0 and "€80.00" in text_of(page)


@pytest.mark.parametrize("field", ["is_suspended", "is_deleted"])
@pytest.mark.parametrize("what", [ShippingMethod, DeliveryZone])
def test_a_method_or_zone_that_is_off_is_not_offered(shopper, what, field):
    what.all_objects.update(**{field: True})
    assert shopper.get(CART).context["view"].methods == []
    assert (
        "Delivery "
        not in text_of(shopper.get(Product.objects.get().get_absolute_url())).split("promise")[1][:300]
    )


def test_the_product_page_promises_for_its_own_weight(client, product, time_machine):
    ShippingMethodFactory(code="heavy", name="Freight", price=Decimal("49.00"), days_min=3, days_max=5)
    ShippingRate.objects.exclude(method__code="heavy").update(weight_to=1000)
    page = product.get_absolute_url()
    assert "with you <strong>Thursday 19 to Friday 20 November</strong>" in text_of(client.get(page))
    Variant.objects.update(weight_grams=4000)
    text = text_of(client.get(page))
    assert "with you <strong>Monday 23 to Wednesday 25 November</strong>" in text and "€49.00" in text
    time_machine.move_to("2026-12-24T16:00:00Z", tick=False)
    text = text_of(client.get(page))
    assert "on Monday: with you <strong>Thursday 31 December to Tuesday 5 January</strong>" in text


def test_days_the_shop_is_closed_count_on_every_page(shopper):
    settings = StoreSettings.current()
    settings.closed_days = "2026-11-18 to 2026-11-20"
    settings.save()
    words = "Tuesday 24 to Wednesday 25 November"
    assert words in text_of(shopper.get(CART))
    review = answer_all(shopper)
    assert words in text_of(review)
    thanks = shopper.get(pay(shopper, review)["Location"])
    order = Order.objects.get()
    assert (str(order.promised_from), str(order.promised_until)) == ("2026-11-24", "2026-11-25")
    assert f"Paid at once, it is with you {words}" in text_of(thanks)
    assert words in text_of(shopper.get(order.get_absolute_url()))


def test_an_address_in_another_zone_changes_the_price_before_it_is_paid(shopper):
    page = answer_all(shopper)
    assert page.context["view"].quote.total == Decimal("43.90")
    shopper.post(ADDRESS, WHERE | {"postal_code": "25980"})
    assert pay(shopper, page).status_code == 409
    assert not Order.objects.exists()
    assert pay(shopper, shopper.get(REVIEW)).status_code == 302
    order = Order.objects.get()
    assert (order.total, str(order.promised_until)) == (Decimal("48.90"), "2026-11-24")


def off_product():
    Product.objects.update(is_suspended=True)


def off_variant():
    Variant.objects.update(is_suspended=True)


def off_country():
    DeliveryZone.objects.filter(postal_codes="").update(countries="AT")


@pytest.mark.parametrize(
    ("disable", "words"),
    [
        (off_product, "We no longer sell Field backpack"),
        (off_variant, "We no longer sell Field backpack"),
        (off_country, "The way of delivery you chose is not offered any more"),
    ],
)
def test_a_product_variant_or_country_disabled_meanwhile_blocks_at_confirm(shopper, disable, words):
    page = answer_all(shopper)
    disable()
    refused = pay(shopper, page)
    assert refused.status_code == 409 and words in text_of(refused)
    assert not Order.objects.exists()
    assert Cart.objects.get().status == Cart.Status.OPEN


def test_a_country_the_shop_no_longer_delivers_to_blocks_at_confirm(shopper, settings):
    page = answer_all(shopper)
    settings.SHOP_COUNTRIES = ["AT"]
    assert pay(shopper, page).status_code == 409
    assert not Order.objects.exists()


def test_the_delivery_page_lists_every_price_in_as_many_queries(client, product):
    url = reverse("page", args=["delivery"])
    text = text_of(client.get(url))
    assert "Islands" in text and "€8.90" in text and "2 to 4" in text
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(5):
        ShippingMethodFactory(code=f"more-{number}", name=f"More {number}")
    with CaptureQueriesContext(connection) as many:
        assert "More 4" in text_of(client.get(url))
    assert len(many) == len(few)


def test_programs_get_the_promise_of_every_method(client, shopper):
    CollectFactory()
    token = Cart.objects.get().token
    body = client.get("/api/cart", headers={"X-Cart-Token": token}).json()
    assert body["delivery"] == {
        "code": "standard",
        "name": "Standard delivery",
        "price": 3.90,
        "kind": "parcel",
        "free_from": None,
        "promised_from": "2026-11-19",
        "promised_until": "2026-11-20",
        "collect_at": None,
        "opening_hours": "",
    }
    collect = body["shipping_methods"][1]
    assert (collect["code"], collect["price"], collect["kind"]) == ("collect", 0, "collect")
    assert collect["promised_from"] == collect["promised_until"] == "2026-11-19"
    assert (collect["collect_at"]["name"], collect["collect_at"]["city"]) == ("Alcove shop", "Berlin")
    assert collect["opening_hours"] == "Mon-Sat 10-19"


def test_programs_ask_what_delivery_elsewhere_would_cost(client, shopper):
    headers = {"X-Cart-Token": Cart.objects.get().token}
    body = client.get("/api/cart?country=de&postal_code=25980", headers=headers).json()
    assert (body["delivery"]["price"], body["quote"]["total"], body["postal_code"]) == (8.90, 48.90, "25980")
    body = client.get("/api/cart?country=AT", headers=headers).json()
    assert body["delivery"] is None and body["shipping_methods"] == [] and body["country"] == "AT"
    for query in ("country=XX", "country=DE&postal_code=1", "postal_code=10115"):
        assert client.get(f"/api/cart?{query}", headers=headers).status_code == 400
