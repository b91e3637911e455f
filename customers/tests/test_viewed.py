"""What was looked at: in a cookie, remembered by the account, forgotten at sign-out and when asked."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.tests.factories import CategoryFactory, ProductFactory
from customers.models import ViewedProducts
from customers.services import viewed
from customers.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
CLEAR, TITLE = "/wishlist/viewed/clear/", "You looked at these"


def look_at(client, *goods):
    for product in goods:
        answer = client.get(product.get_absolute_url())
    return answer.content.decode()


def cookie(client):
    value = client.cookies["viewed"].value if "viewed" in client.cookies else ""
    return [int(part) for part in value.split(".") if part]


def sign_in(client, user):
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def kept(user):
    return list(ViewedProducts.objects.filter(customer=user).values_list("product_ids", flat=True))


def test_looking_writes_a_cookie_and_nothing_on_the_server(client):
    first, second, third = (ProductFactory(name=f"Thing {number}") for number in "ABC")
    assert TITLE not in look_at(client, first)
    with CaptureQueriesContext(connection) as queries:
        body = look_at(client, second, third)
    assert not [query for query in queries if not query["sql"].startswith("SELECT")]
    row = body.partition(TITLE)[2]
    assert row.index("Thing B") < row.index("Thing A")
    assert cookie(client) == [third.pk, second.pk, first.pk]
    made = client.cookies["viewed"]
    assert made["httponly"] and made["samesite"] == "Lax" and not made["max-age"]
    assert not Session.objects.exists() and not ViewedProducts.objects.exists()
    assert "Thing A" in client.get("/wishlist/").content.decode()


def test_it_keeps_twelve_and_shows_four(client):
    goods = [ProductFactory() for _ in range(14)]
    body = look_at(client, *goods)
    assert cookie(client) == [product.pk for product in reversed(goods)][:12]
    assert body.partition(TITLE)[2].count('<article class="card">') == 4


@pytest.mark.parametrize("value", ["x", "1.x.²", "9" * 400, "-1.0.", "'; DROP TABLE", "1" * 18])
def test_a_cookie_that_is_no_list_hurts_nobody(client, value):
    client.cookies["viewed"] = value
    product = ProductFactory()
    assert TITLE not in look_at(client, product)
    assert cookie(client)[0] == product.pk
    assert client.get("/wishlist/").status_code == 200


def test_a_browser_that_asks_not_to_be_followed_gets_none(client):
    client.get(ProductFactory().get_absolute_url(), headers={"Sec-GPC": "1"})
    assert cookie(client) == []


def test_the_shelf_below_stays_in_its_order(client):
    """What was looked at comes with the same query as the neighbours, and changes none of them."""
    category = CategoryFactory()
    goods = [ProductFactory(category=category, rank=number, name=f"Rank {number}") for number in range(7)]
    before = look_at(Client(), goods[6])
    after = look_at(client, goods[5], goods[2], goods[6])
    assert TITLE not in before and TITLE in after
    shelves = [body.partition("More from")[2].partition("</section>")[0] for body in (before, after)]
    for body in shelves:
        names = [f"Rank {number}" for number in range(7) if f">Rank {number}<" in body]
        assert names == ["Rank 0", "Rank 1", "Rank 2", "Rank 3"]
    assert [body.index("Rank 0") < body.index("Rank 3") for body in shelves] == [True, True]


def test_what_is_gone_is_not_shown(client):
    gone, fine = ProductFactory(name="Gone"), ProductFactory()
    look_at(client, gone)
    gone.delete()
    assert "Gone" not in look_at(client, fine)


def test_sign_in_brings_both_together_newest_first(client):
    ada, a, b, c = UserFactory(), ProductFactory(), ProductFactory(), ProductFactory()
    viewed.keep(customer=ada, ids=[a.pk, b.pk])
    look_at(client, b, c)
    sign_in(client, ada)
    assert cookie(client) == [c.pk, b.pk, a.pk] == kept(ada)[0]
    other_device = Client()
    sign_in(other_device, ada)
    assert cookie(other_device) == [c.pk, b.pk, a.pk]


def test_the_account_learns_it_with_the_next_form_and_at_sign_out(client):
    ada, a, b = UserFactory(), ProductFactory(), ProductFactory()
    sign_in(client, ada)
    look_at(client, a)
    assert kept(ada) == []
    client.post("/wishlist/change/", {"save": a.pk})
    assert kept(ada) == [[a.pk]]
    with CaptureQueriesContext(connection) as queries:
        client.post("/wishlist/change/", {"save": a.pk})
    assert not [query for query in queries if "viewedproducts" in query["sql"]]
    look_at(client, b)
    client.post(reverse("account_logout"))
    assert kept(ada) == [[b.pk, a.pk]] and cookie(client) == []
    assert TITLE not in look_at(client, ProductFactory())


def test_a_list_on_request_is_cleared_everywhere(client):
    ada, a, b = UserFactory(), ProductFactory(), ProductFactory()
    sign_in(client, ada)
    look_at(client, a, b)
    assert client.post(CLEAR, {"next": a.get_absolute_url()}).url == a.get_absolute_url()
    assert cookie(client) == [] and kept(ada) == []
    assert client.post(CLEAR, {"next": "https://evil.example/"}).url == "/wishlist/"
    sign_in(Client(), ada)
    assert kept(ada) == []


def test_guests_keep_nothing_on_the_server(client):
    look_at(client, ProductFactory())
    client.post("/wishlist/change/", {"save": ProductFactory().pk})
    client.post(CLEAR)
    assert not ViewedProducts.objects.exists()
