"""A business in another member state buys without VAT: on the pages, in the API, on the invoice."""

from decimal import Decimal as D

import pytest
from django.core import mail
from django.urls import reverse

from catalog.models import StoreSettings
from catalog.tests.factories import ProductFactory, StoreFactory
from documents.invoice import render_invoice
from documents.tests.papers import words
from orders.models import Cart, Order, ShippingRate, TaxRegion
from orders.services.invoices import issue_invoice
from orders.tests.factories import DiscountFactory, make_rates
from orders.tests.test_checkout_pages import ADDRESS, CONTACT, DELIVERY, REVIEW, WHERE, answer_all, pay
from orders.tests.test_tax_rates import rate

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
FRENCH, GERMAN = "FR40303265045", "DE136695976"
PARIS = {"country": "FR", "postal_code": "75001", "city": "Paris"}
CART = reverse("orders:cart")


@pytest.fixture
def shopper(client):
    make_rates()
    rate("FR", "standard", 20)
    ShippingRate.objects.update(zone=None)
    seller()
    ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=9)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "2"})
    return client


def seller(**choices):
    settings = StoreSettings.current()
    settings.seller = settings.seller or StoreFactory(name="Alcove GmbH", vat_number=GERMAN, city="Berlin")
    for name, value in choices.items():
        setattr(settings, name, value)
    settings.save()


def test_a_purchase_without_vat_from_the_address_to_the_invoice(shopper, commit):
    seller()
    page = answer_all(shopper, **PARIS, vat_number=" fr 40 303 265 045")
    text = page.content.decode()
    assert "No VAT: reverse charge" in text and FRENCH in text and "including VAT" not in text
    # 64.00 * 100/119 = 53.78; 3.90 * 100/119 = 3.28
    assert "€107.56" in text and "€110.84" in text
    with commit():
        thanks = pay(shopper, page)
    order = Order.objects.get()
    assert (order.vat_number, order.reverse_charge, order.prices_include_tax) == (FRENCH, True, False)
    assert (order.subtotal, order.shipping_total, order.tax_total, order.total) == (
        D("107.56"),
        D("3.28"),
        D(0),
        D("110.84"),
    )
    assert order.lines.get().unit_price == D("53.78")
    assert "No VAT: reverse charge" in shopper.get(thanks["Location"]).content.decode()
    assert "No VAT: reverse charge" in shopper.get(order.get_absolute_url()).content.decode()
    [email] = mail.outbox
    html = email.alternatives[0][0]
    for body in (email.body, html):
        assert f"No VAT: reverse charge, you owe it ({FRENCH})" in body
    invoice = issue_invoice(order=order)
    assert invoice.snapshot["reverse_charge"] is True
    assert invoice.snapshot["customer"]["vat_number"] == FRENCH
    assert invoice.snapshot["seller"]["vat_number"] == GERMAN
    paper = words(render_invoice(invoice.snapshot))
    assert "Steuerschuldnerschaft des Leistungsempfängers" in paper and "Reverse charge" in paper
    assert paper.count(FRENCH) == 2 and GERMAN in paper


def test_the_basket_and_each_way_of_delivery_show_the_price_without_vat(shopper):
    shopper.post(CONTACT, {"email": "kim@example.com"})
    shopper.post(ADDRESS, WHERE | PARIS | {"vat_number": FRENCH})
    page = shopper.get(DELIVERY)
    assert [option.price for option in page.context["options"]] == [D("3.28")]
    basket = shopper.get(CART).content.decode()
    assert "€53.78" in basket and "Prices are without VAT: your company owes it in France" in basket


def test_discounts_come_off_the_prices_without_vat(shopper):
    DiscountFactory(code="TENTH", percent=D(10))
    shopper.post(reverse("orders:coupon_add"), {"code": "TENTH"})
    page = answer_all(shopper, **PARIS, vat_number=FRENCH)
    assert page.context["view"].quote.discount_total == D("10.76")
    assert pay(shopper, page).status_code == 302
    assert Order.objects.get().total == D("100.08")


def test_the_basket_needs_no_more_queries_without_vat(shopper, django_assert_max_num_queries):
    answer_all(shopper, **PARIS, vat_number=FRENCH)
    shopper.get(CART)
    with django_assert_max_num_queries(8):
        assert "No VAT: reverse charge" in shopper.get(CART).content.decode()


@pytest.mark.parametrize(
    ("typed", "where", "wrong"),
    [
        ("FR40303265046", PARIS, "This is not a complete VAT number"),
        (GERMAN, PARIS, "it begins with FR"),
        (FRENCH, {}, "it begins with DE"),
        (FRENCH, {"country": "CH", "postal_code": "8001"}, "within the European Union only"),
    ],
)
def test_a_wrong_number_is_said_beside_the_field_and_nothing_is_lost(shopper, typed, where, wrong):
    shopper.post(CONTACT, {"email": "kim@example.com"})
    page = shopper.post(ADDRESS, WHERE | where | {"vat_number": typed})
    text = page.content.decode()
    assert page.status_code == 400
    assert text.count(wrong) == 2 and 'href="#id_vat_number"' in text
    assert f'value="{typed}"' in text and 'value="Hauptstr. 5"' in text
    assert "<details open><summary>VAT number" in text
    assert Cart.objects.get().shipping_address is None


def test_errors_of_the_address_and_of_the_number_show_at_once(shopper):
    shopper.post(CONTACT, {"email": "kim@example.com"})
    text = shopper.post(ADDRESS, WHERE | PARIS | {"line1": "", "vat_number": GERMAN}).content.decode()
    assert "Enter a street and house number" in text and "it begins with FR" in text


def test_another_country_asks_about_the_number_again(shopper):
    answer_all(shopper, **PARIS, vat_number=FRENCH)
    assert f'value="{FRENCH}"' in shopper.get(ADDRESS).content.decode()
    assert shopper.post(ADDRESS, WHERE | {"vat_number": FRENCH}).status_code == 400
    assert shopper.post(ADDRESS, WHERE | {"vat_number": ""}).status_code == 302
    assert shopper.get(REVIEW).context["view"].quote.total == D("131.90")


def test_a_number_of_the_shops_own_country_stands_on_the_invoice_and_vat_is_paid(shopper):
    page = answer_all(shopper, vat_number=GERMAN)
    assert pay(shopper, page).status_code == 302
    order = Order.objects.get()
    assert (order.vat_number, order.reverse_charge, order.total) == (GERMAN, False, D("131.90"))
    assert order.tax_total == D("21.06")
    snapshot = issue_invoice(order=order).snapshot
    assert snapshot["customer"]["vat_number"] == GERMAN and not snapshot["reverse_charge"]
    paper = words(render_invoice(snapshot))
    assert GERMAN in paper and "Reverse charge" not in paper


def test_a_seller_without_a_number_charges_vat(shopper):
    seller(seller=StoreFactory(name="Without a number"))
    page = answer_all(shopper, **PARIS, vat_number=FRENCH)
    assert not page.context["view"].quote.reverse_charge
    assert page.context["view"].quote.total == D("131.90")


@pytest.mark.parametrize("choices", [{"reverse_charge": False}, {"country": "CH"}])
def test_a_shop_that_does_not_offer_it_charges_vat(shopper, choices):
    seller(**choices)
    page = answer_all(shopper, **PARIS, vat_number=FRENCH)
    assert page.context["view"].quote.tax_total > 0
    assert page.context["view"].quote.vat_number == FRENCH


def test_an_export_to_a_region_outside_the_vat_area_is_no_reverse_charge(shopper):
    TaxRegion.objects.create(
        code="FR-RE", country="FR", name="Réunion", postal_codes="974*", outside_eu_vat=True
    )
    rate("FR", "standard", 0, region="FR-RE")
    page = answer_all(shopper, **PARIS | {"postal_code": "97400"}, vat_number=FRENCH)
    quote = page.context["view"].quote
    assert (quote.reverse_charge, quote.tax_total, quote.total) == (False, D(0), D("131.90"))


def test_heligoland_pays_no_vat(shopper):
    TaxRegion.objects.create(
        code="DE-HELGOLAND", country="DE", name="Heligoland", postal_codes="27498", outside_eu_vat=True
    )
    rate("DE", "standard", 0, region="DE-HELGOLAND")
    page = answer_all(shopper, postal_code="27498", city="Helgoland")
    assert page.context["view"].quote.tax_total == 0
    assert "including VAT 0%" in page.content.decode()
    assert pay(shopper, page).status_code == 302
    order = Order.objects.get()
    assert (order.tax_total, order.reverse_charge, order.lines.get().tax_rate) == (D(0), False, D(0))


def api_order(client, **more):
    address = {"line1": "Rue 1", "postal_code": "75001", "city": "Paris", "country": "FR"}
    body = {"email": "kim@example.com", "shipping_address": address, "items": [{"sku": "BACKPACK"}]}
    return client.post("/api/orders", body | more, content_type="application/json")


def test_a_program_orders_without_vat(shopper):
    assert api_order(shopper, vat_number="fr 40303265045").status_code == 201
    order = Order.objects.get()
    assert (order.reverse_charge, order.total) == (True, D("57.06"))
    shown = shopper.get(f"/api/orders/{order.pk}?token={order.token}").json()
    assert (shown["vat_number"], shown["reverse_charge"], shown["tax_total"]) == (FRENCH, True, 0)


@pytest.mark.parametrize("number", ["FR1", GERMAN, "x" * 33])
def test_a_program_is_told_which_field_is_wrong(shopper, number):
    answer = api_order(shopper, vat_number=number)
    assert answer.status_code == 400 and not Order.objects.exists()
    assert "vat_number" in answer.content.decode()


def test_the_cart_in_the_api_shows_the_number_and_what_it_means(client, shopper):
    answer_all(shopper, **PARIS, vat_number=FRENCH)
    token = Cart.objects.get().token
    shown = client.get("/api/cart", headers={"x-cart-token": token}).json()
    assert (shown["vat_number"], shown["quote"]["reverse_charge"]) == (FRENCH, True)
    assert client.get("/api/cart").json()["vat_number"] == ""
