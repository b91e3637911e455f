"""The checkout as guest and as customer: steps, errors, lost sessions, changed totals."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from catalog.models import StockItem
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from customers.tests.factories import AddressFactory, UserFactory
from orders.models import Cart, Order
from orders.tests.factories import DiscountFactory, ShippingMethodFactory, make_rates
from payments.models import Payment

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

CONTACT, ADDRESS, DELIVERY, REVIEW = (
    reverse(f"orders:checkout_{step}") for step in ("contact", "address", "delivery", "review")
)
PLACE = reverse("payments:place")
WHERE = {
    "name": "Kim Kaiser",
    "line1": "Hauptstr. 5",
    "postal_code": "10 115",
    "city": "Berlin",
    "country": "DE",
}


@pytest.fixture
def product():
    make_rates()
    ShippingMethodFactory(code="express", name="Express", price=Decimal("9.90"))
    return ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=5)


@pytest.fixture
def shopper(client, product):
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    return client


def answer_all(client, **where):
    client.post(CONTACT, {"email": "kim@example.com"})
    client.post(ADDRESS, WHERE | where)
    client.post(DELIVERY, {"shipping_method": "standard"})
    return client.get(REVIEW)


def pay(client, page, method="bank_transfer", **more):
    form = {"basket": page.context["basket"], "agreed": page.context["agreed"]}
    return client.post(PLACE, form | {"payment_method": method} | more)


def test_each_step_leads_to_the_next_and_the_last_one_to_the_order(shopper):
    start = reverse("orders:checkout")
    assert shopper.get(start)["Location"] == CONTACT
    assert shopper.post(CONTACT, {"email": "kim@example.com"})["Location"] == ADDRESS
    assert shopper.get(start)["Location"] == ADDRESS
    assert shopper.post(ADDRESS, WHERE)["Location"] == DELIVERY
    assert shopper.post(DELIVERY, {"shipping_method": "express"})["Location"] == REVIEW
    page = shopper.get(REVIEW)
    assert "Pay" in page.content.decode() and "€73.90" in page.content.decode()
    thanks = pay(shopper, page)
    order = Order.objects.get()
    assert thanks["Location"] == reverse("orders:confirmation", args=[order.token])
    assert (order.total, order.shipping_method, order.delivery_address.postal_code) == (
        Decimal("73.90"),
        "express",
        "10115",
    )
    for _ in range(2):
        assert order.number in shopper.get(thanks["Location"]).content.decode()
    assert Order.objects.count() == 1


def test_steps_cannot_be_skipped(shopper):
    assert shopper.get(REVIEW)["Location"] == reverse("orders:checkout")
    assert shopper.get(DELIVERY)["Location"] == reverse("orders:checkout")
    assert pay_raw(shopper).status_code == 400
    assert not Order.objects.exists()


def pay_raw(client, **form):
    return client.post(PLACE, {"payment_method": "bank_transfer", "agreed": "67.90"} | form)


def test_without_a_basket_there_is_no_checkout(client):
    for url in (CONTACT, ADDRESS, DELIVERY, REVIEW):
        assert client.get(url)["Location"] == reverse("orders:cart")


@pytest.mark.parametrize(
    ("step", "form", "field", "words"),
    [
        (CONTACT, {"email": "kim"}, "email", "name@example.com"),
        (CONTACT, {"email": ""}, "email", "Enter your email address"),
        (ADDRESS, WHERE | {"postal_code": "1"}, "postal_code", "postal code"),
        (ADDRESS, WHERE | {"country": "XX"}, "country", "Choose a country from the list"),
        (ADDRESS, WHERE | {"line1": ""}, "line1", "Enter a street and house number"),
        (DELIVERY, {"shipping_method": "rocket"}, "shipping_method", "Choose another"),
    ],
)
def test_a_wrong_answer_is_named_beside_the_field_and_above_and_nothing_is_lost(
    shopper, step, form, field, words
):
    if step == DELIVERY:
        answer_all(shopper)
    page = shopper.post(step, form)
    text = page.content.decode()
    assert page.status_code == 400
    assert "<title>Error: " in text and "There is a problem" in text
    assert text.count(words) >= 2
    assert f'href="#id_{field}' in text
    for name, typed in form.items():
        if name not in ("shipping_method", "country") and typed:
            assert f'value="{typed}"' in text


def test_the_invoice_can_go_elsewhere_and_its_errors_are_its_own(shopper):
    shopper.post(CONTACT, {"email": "kim@example.com"})
    page = shopper.post(ADDRESS, WHERE | {"billing_differs": "on", "billing-name": "Kaiser GmbH"})
    assert page.status_code == 400 and "id_billing-line1" in page.content.decode()
    elsewhere = {f"billing-{key}": value for key, value in WHERE.items()} | {"billing-name": "Kaiser GmbH"}
    assert shopper.post(ADDRESS, WHERE | {"billing_differs": "on"} | elsewhere).status_code == 302
    cart = Cart.objects.get()
    assert (cart.invoice_address.name, cart.delivery_address.name) == ("Kaiser GmbH", "Kim Kaiser")


def test_changing_one_answer_leads_back_to_the_check(shopper):
    answer_all(shopper)
    assert shopper.post(f"{CONTACT}?change=1", {"email": "new@example.com"})["Location"] == reverse(
        "orders:checkout"
    )
    assert "new@example.com" in shopper.get(REVIEW).content.decode()


def test_a_guests_form_survives_the_end_of_its_session(shopper):
    page = answer_all(shopper)
    Session.objects.all().delete()
    form = {"email": "later@example.com", "basket": page.context["basket"]}
    assert shopper.post(CONTACT, form)["Location"] == ADDRESS
    assert Cart.objects.get().email == "later@example.com"


def test_a_form_without_its_basket_keeps_what_was_typed(shopper):
    shopper.cookies.clear()
    page = shopper.post(ADDRESS, WHERE | {"basket": "forged"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Your session has ended" in text and 'value="Hauptstr. 5"' in text
    assert pay_raw(shopper, basket="forged").status_code == 409


def test_a_customers_basket_needs_the_customer(product):
    user, client = UserFactory(), Client()
    client.force_login(user)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    page = answer_all(client)
    basket = page.context["basket"]
    stranger = Client()
    assert stranger.post(CONTACT, {"email": "x@example.com", "basket": basket}).status_code == 409
    assert stranger.post(PLACE, {"basket": basket, "payment_method": "bank_transfer"}).status_code == 409
    client.force_login(user)
    assert pay(client, page).status_code == 302
    assert Order.objects.get().customer == user


def test_a_customer_starts_from_their_own_address(product):
    address = AddressFactory(line1="Torstraße 12", is_default=True)
    client = Client()
    client.force_login(address.customer)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    assert 'value="Torstraße 12"' in client.get(ADDRESS).content.decode()
    other = AddressFactory()
    assert other.line1 not in client.get(f"{ADDRESS}?address={other.pk}").context["book"]


def test_a_changed_price_is_shown_and_asked_again(shopper, product):
    page = answer_all(shopper)
    variant = product.variants.get()
    variant.price = Decimal("70.00")
    variant.save()
    refused = pay(shopper, page)
    text = refused.content.decode()
    assert refused.status_code == 409 and not Order.objects.exists()
    assert "Something changed since you last looked" in text
    assert changes_of(refused) == [
        ("Field backpack", "1 × €64.00", "1 × €70.00"),
        ("VAT 19 %", "€10.84", "€11.80"),
        ("Total", "€67.90", "€73.90"),
    ]
    assert pay(shopper, refused).status_code == 302
    assert Order.objects.get().total == Decimal("73.90")


def changes_of(page):
    return [(change.label, change.was, change.now) for change in page.context["changes"]]


def test_a_change_that_leaves_the_total_alone_is_shown_too(shopper, product):
    page = answer_all(shopper)
    shopper.post(ADDRESS, WHERE | {"line1": "Nebenstr. 7"})
    refused = pay(shopper, page)
    assert refused.status_code == 409 and not Order.objects.exists()
    assert [row[0] for row in changes_of(refused)] == ["Delivery address"]
    assert pay(shopper, refused).status_code == 302
    assert Order.objects.get().delivery_address.line1 == "Nebenstr. 7"


def test_a_later_day_of_arrival_is_a_change(shopper):
    with time_machine.travel(datetime(2026, 3, 2, 13, 59, tzinfo=UTC), tick=False):
        page = answer_all(shopper)
    with time_machine.travel(datetime(2026, 3, 2, 14, 1, tzinfo=UTC), tick=False):
        refused = pay(shopper, page)
        assert refused.status_code == 409
        assert changes_of(refused) == [("With you by", "Wednesday 4 March 2026", "Thursday 5 March 2026")]
        assert pay(shopper, refused).status_code == 302


def test_a_discount_that_ended_meanwhile_is_shown_as_gone(shopper):
    discount = DiscountFactory(code="", name="Spring sale")
    page = answer_all(shopper)
    discount.is_suspended = True
    discount.save()
    refused = pay(shopper, page)
    assert ("Spring sale", "€6.40 off", "") in changes_of(refused)
    assert "no longer there" in refused.content.decode()


def test_posted_totals_decide_nothing(shopper):
    page = answer_all(shopper)
    pay(shopper, page, confirmed_total="0.01", total="0.01", shipping_total="0", discount_total="60")
    assert Order.objects.get().total == Decimal("67.90")


@pytest.mark.parametrize("agreed", ["", "0.01", "eyJ0b3RhbCI6WyJUb3RhbCIsIjAuMDEiXX0:1vM:forged"])
def test_an_agreement_the_shop_did_not_sign_orders_nothing(shopper, agreed):
    page = answer_all(shopper)
    refused = pay(shopper, page, agreed=agreed)
    assert refused.status_code == 400 and not Order.objects.exists()
    assert "check everything once more" in refused.content.decode()
    assert pay(shopper, refused).status_code == 302


def test_sold_out_meanwhile_is_said_and_nothing_is_written(shopper):
    page = answer_all(shopper)
    # The goods are kept for the shopper; only staff who find them broken can take them away.
    inventory.release(reference=f"cart:{Cart.objects.get().pk}")
    StockItem.objects.update(on_hand=0)
    refused = pay(shopper, page)
    assert refused.status_code == 409
    assert "Field backpack has sold out" in refused.content.decode()
    assert not Order.objects.exists() and not Payment.objects.exists()


def test_the_last_use_of_a_code_taken_by_somebody_else_is_said(shopper):
    discount = DiscountFactory(code="ONCE", max_uses=1)
    shopper.post(reverse("orders:coupon_add"), {"code": "ONCE"})
    page = answer_all(shopper)
    discount.uses = 1
    discount.save()
    refused = pay(shopper, page)
    assert refused.status_code == 409 and not Order.objects.exists()
    assert ("Total", "€61.50", "€67.90") in changes_of(refused)


def test_a_method_of_payment_that_is_not_offered_is_refused(shopper):
    page = answer_all(shopper)
    assert pay(shopper, page, method="gold").status_code == 400
    assert not Order.objects.exists()


def test_paying_twice_makes_one_order_and_one_payment(shopper):
    page = answer_all(shopper)
    first, second = pay(shopper, page, method="demo"), pay(shopper, page, method="demo")
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == Payment.objects.count() == 1
    assert StockItem.objects.get().held == 1


def test_no_delivery_to_a_country_is_said(shopper):
    shopper.post(CONTACT, {"email": "kim@example.com"})
    shopper.post(ADDRESS, WHERE | {"country": "FR", "postal_code": "75001"})
    assert "cannot deliver these things to France" in shopper.get(DELIVERY).content.decode()


def test_a_code_used_before_is_named_once_the_shopper_is_known(shopper, product):
    DiscountFactory(code="ONCE", max_uses_per_customer=1)
    coupon = reverse("orders:coupon_add")
    shopper.post(coupon, {"code": "ONCE"})
    assert pay(shopper, answer_all(shopper)).status_code == 302
    shopper.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    shopper.post(coupon, {"code": "ONCE"})
    text = answer_all(shopper).content.decode()
    assert "You have used the code ONCE already" in text and "€67.90" in text


def test_each_way_of_delivery_shows_what_it_would_cost_and_when_it_comes(shopper):
    shopper.post(CONTACT, {"email": "kim@example.com"})
    shopper.post(ADDRESS, WHERE)
    page = shopper.get(DELIVERY)
    assert [(option.method.code, option.price) for option in page.context["options"]] == [
        ("standard", Decimal("3.90")),
        ("express", Decimal("9.90")),
    ]
    choices = page.content.decode().split("<fieldset")[1].split("</fieldset>")[0]
    assert "€3.90" in choices and "€9.90" in choices and "Free" not in choices
    for option in page.context["options"]:
        assert f"{option.promise.earliest:%A} {option.promise.earliest.day}" in choices
