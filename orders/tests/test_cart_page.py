"""The basket as a shopper uses it: adding, changing, codes, and words for what changed."""

from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.tests.factories import PASSWORD, UserFactory
from orders.models import Cart, CartLine
from orders.tests.factories import DiscountFactory, make_rates

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

CART, ADD = reverse("orders:cart"), reverse("orders:cart_add")


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(name="Field backpack", sku="BACKPACK", price="64.00", stock=5)


def add(client, quantity="1", sku="BACKPACK", **headers):
    return client.post(ADD, {"variant": sku, "quantity": quantity}, headers=headers)


def change(client, quantity):
    line = CartLine.objects.get()
    return client.post(reverse("orders:cart_update", args=[line.pk]), {"quantity": quantity})


def test_a_visitor_who_only_looks_leaves_nothing_behind(client, product):
    for url in (CART, reverse("orders:cart_drawer"), product.get_absolute_url()):
        assert client.get(url).status_code == 200
    assert not Session.objects.exists() and not Cart.objects.exists()
    assert "session" not in client.cookies


def test_adding_shows_line_delivery_tax_and_total(client, product):
    page = client.post(ADD, {"variant": "BACKPACK", "quantity": "2"}, follow=True)
    text = page.content.decode()
    assert "Field backpack is in your basket." in text
    assert "€128.00" in text and "€131.90" in text and "€3.90" in text
    assert "including VAT 19%" in text


def test_adding_again_adds_up(client, product):
    add(client, "2")
    add(client, "3")
    assert CartLine.objects.get().quantity == 5


@pytest.mark.parametrize("typed", ["0", "-1", "1.5", "1e9", "1000000000", "", "two", "٣", "999999"])
def test_a_quantity_that_is_none_is_refused_in_words(client, product, typed):
    page = add(client, typed)
    assert page.status_code == 400
    assert "whole number" in page.content.decode() or "from 1 to 999" in page.content.decode()
    assert not CartLine.objects.exists()


def test_more_than_there_is_is_refused_with_what_is_left(client, product):
    page = add(client, "6")
    assert page.status_code == 409
    assert "only 5 of Field backpack left" in page.content.decode()
    assert 'value="5"' in page.content.decode()
    add(client, "4")
    assert "you have 4 in your basket" in add(client, "2").content.decode()
    assert CartLine.objects.get().quantity == 4


def test_unknown_and_unpublished_things_are_not_sold(client, product):
    assert add(client, sku="NOTHING").status_code == 404
    product.status = "draft"
    product.save()
    assert add(client).status_code == 404
    assert not CartLine.objects.exists()


def test_posted_prices_are_ignored(client, product):
    client.post(ADD, {"variant": "BACKPACK", "quantity": "1", "price": "0.01", "total": "0.01"})
    assert CartLine.objects.get().seen_price == 64
    assert "€67.90" in client.get(CART).content.decode()


def test_changing_keeps_what_was_typed_when_it_cannot_be(client, product):
    add(client)
    page = change(client, "1.5")
    assert page.status_code == 400
    assert 'value="1.5"' in page.content.decode()
    assert "<title>Error: " in page.content.decode()
    assert CartLine.objects.get().quantity == 1
    assert change(client, "4").status_code == 302
    assert CartLine.objects.get().quantity == 4
    change(client, "0")
    assert not CartLine.objects.exists()


def test_removing_can_be_undone(client, product):
    add(client, "3")
    line = CartLine.objects.get()
    page = client.post(reverse("orders:cart_remove", args=[line.pk]), follow=True)
    assert "Put it back" in page.content.decode()
    add(client, page.context["removed_quantity"], page.context["removed"].sku)
    assert CartLine.objects.get().quantity == 3


def test_another_visitors_line_is_not_found(client, product):
    add(client)
    line = CartLine.objects.get()
    stranger = Client()
    add(stranger)
    for name in ("cart_update", "cart_remove"):
        url = reverse(f"orders:{name}", args=[line.pk])
        assert stranger.post(url, {"quantity": "2"}).status_code == 404
    assert CartLine.objects.get(pk=line.pk).quantity == 1


def test_what_changed_is_said_and_kept_only_when_accepted(client, product):
    add(client, "4")
    variant = product.variants.get()
    variant.price = Decimal("70.00")
    variant.save()
    StockItem.objects.update(on_hand=2)
    for _ in range(2):
        text = client.get(CART).content.decode()
        assert "now costs €70.00, it was €64.00" in text
        assert "we lowered the quantity from 4 to 2" in text
        assert "€140.00" in text
    assert CartLine.objects.get().quantity == 4
    text = client.post(reverse("orders:cart_accept"), follow=True).content.decode()
    assert "it was" not in text and "lowered" not in text
    assert (CartLine.objects.get().quantity, CartLine.objects.get().seen_price) == (2, 70)


def test_a_product_that_is_gone_is_named_and_costs_nothing(client, product):
    add(client)
    product.delete()
    page = client.get(CART)
    assert page.status_code == 200
    assert "We no longer sell Field backpack" in page.content.decode()
    assert page.context["view"].quote.total == 0


def test_codes_apply_whatever_their_spelling_and_once(client, product):
    DiscountFactory(code="WELCOME10", name="Ten off")
    add(client)
    url = reverse("orders:coupon_add")
    client.post(url, {"code": " welcome 10 "})
    client.post(url, {"code": "WELCOME10"})
    page = client.get(CART)
    assert page.context["view"].quote.discount_total == Decimal("6.40")
    assert page.content.decode().count("Ten off") == 1


@pytest.mark.parametrize("typed", ["NOPE", "EXPIRED", "FUTURE", "DELETED", ""])
def test_codes_that_do_not_run_get_the_same_words(client, product, typed):
    DiscountFactory(code="EXPIRED", active_until="2020-01-01T00:00Z")
    DiscountFactory(code="FUTURE", active_from="2099-01-01T00:00Z")
    DiscountFactory(code="DELETED").delete()
    add(client)
    page = client.post(reverse("orders:coupon_add"), {"code": typed})
    assert page.status_code in (400, 409)
    words = "Enter a discount code." if not typed else "We do not know this code, or it is no longer running"
    assert words in page.content.decode()
    assert f'value="{typed}"' in page.content.decode()


def test_with_scripts_the_fragment_and_the_news_come_back(client, product):
    answer = add(client, "2", **{"HX-Request": "true"})
    assert '"count": 2' in answer["HX-Trigger"] and '"open": true' in answer["HX-Trigger"]
    line = CartLine.objects.get()
    answer = client.post(
        reverse("orders:cart_update", args=[line.pk]),
        {"quantity": "3"},
        headers={"HX-Request": "true", "HX-Target": "cart-body"},
    )
    assert "<html" not in answer.content.decode() and "Your basket" in answer.content.decode()


def test_signing_in_brings_the_basket_along_capped_at_stock(client, product):
    user = UserFactory()
    other = ProductFactory(sku="MUG", stock=9)
    mine = Client()
    mine.force_login(user)
    add(mine, "4")
    add(client, "3")
    add(client, "1", sku=other.variants.get().sku)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    quantities = dict(CartLine.objects.filter(cart__open_for=user.pk).values_list("variant__sku", "quantity"))
    assert quantities == {"BACKPACK": 5, "MUG": 1}
    assert Cart.objects.filter(status="merged").count() == 1


def test_a_planted_token_of_a_customers_cart_gives_nothing(client, product):
    owner = Client()
    user = UserFactory()
    owner.force_login(user)
    add(owner)
    add(client)
    session = client.session
    session["cart"] = Cart.objects.get(open_for=user.pk).token
    session.save()
    assert client.get(CART).context["view"].is_empty
    client.post(reverse("account_login"), {"login": UserFactory().email, "password": PASSWORD})
    assert client.get(CART).context["view"].is_empty


@pytest.mark.parametrize("lines", [1, 12])
def test_queries_do_not_grow_with_the_basket(client, lines):
    make_rates()
    DiscountFactory(code="", name="Automatic")
    user = UserFactory()
    client.force_login(user)
    for _ in range(lines):
        variant = ProductFactory(stock=3).variants.get()
        add(client, "1", variant.sku)
    client.get(CART)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(CART).status_code == 200
    assert len(queries) <= 8, [query["sql"][:120] for query in queries]
