"""Home, lists and categories: filters, counts, pages, wrong input, and their cost."""

import gzip
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Attribute
from catalog.services import products
from catalog.tests.factories import (
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    ProductImageFactory,
    StoreFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db
LIST = reverse("catalog:product_list")


def value(text, code="colour", **more):
    return AttributeValueFactory(attribute__code=code, value=text, **more)


def bag(*variants, **more):
    """A product with variants of these (colour, size) pairs."""
    product = ProductFactory(variants=False, **more)
    for colour, size in variants:
        VariantFactory(product=product, values=[value(colour), value(size, "size")])
    return product


def shown(response):
    return [product.name for product in response.context["page"].object_list]


def test_a_category_includes_its_subcategories_and_names_them(client):
    wear = CategoryFactory(name="Wear", slug="wear")
    bags = CategoryFactory(name="Bags", parent=wear)
    ProductFactory(name="Coat", category=wear)
    ProductFactory(name="Bag", category=bags)
    ProductFactory(name="Mug")
    response = client.get(reverse("catalog:category", args=["wear"]))
    assert sorted(shown(response)) == ["Bag", "Coat"]
    assert bags.get_absolute_url() in response.content.decode()
    assert '<p role="status">2 things</p>' in response.content.decode()


def test_a_hidden_or_unknown_category_is_404(client):
    hidden = CategoryFactory(is_suspended=True)
    below = CategoryFactory(parent=hidden)
    for slug in (hidden.slug, below.slug, "nothing"):
        assert client.get(reverse("catalog:category", args=[slug])).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("min_price=15", ["Dear", "Middle"]),
        ("max_price=20", ["Cheap", "Middle"]),
        ("min_price=15&max_price=20.00", ["Middle"]),
        ("in_stock=1", ["Cheap", "Dear"]),
        ("rating=4", ["Dear"]),
        ("store=nord", ["Cheap"]),
        ("store=nord&store=sued", ["Cheap", "Dear", "Middle"]),
        ("min_price=", ["Cheap", "Dear", "Middle"]),
        ("utm_source=letter", ["Cheap", "Dear", "Middle"]),
    ],
)
def test_filters(client, query, names):
    nord, sued = StoreFactory(slug="nord"), StoreFactory(slug="sued")
    ProductFactory(name="Cheap", price="10.00", store=nord)
    ProductFactory(name="Middle", price="20.00", stock=0, store=sued)
    dear = ProductFactory(name="Dear", price="30.00", store=sued)
    products.set_rating(product_id=dear.pk, average=Decimal("4.5"), count=3)
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert sorted(shown(response)) == names
    assert response.context["shelf"].total == len(names)


def test_attributes_must_be_met_by_one_variant(client):
    bag(("Red", "S"), ("Blue", "M"), name="Mixed")
    bag(("Red", "M"), name="Right")
    assert shown(client.get(f"{LIST}?colour=Red&size=M")) == ["Right"]
    assert sorted(shown(client.get(f"{LIST}?colour=Red&colour=Blue"))) == ["Mixed", "Right"]


def test_counts_say_how_many_a_choice_would_leave(client):
    bag(("Red", "S"), ("Blue", "S"), name="A", price="5.00")
    bag(("Red", "M"), name="B")
    bag(("Green", "M"), name="C")
    shelf = client.get(f"{LIST}?colour=Red").context["shelf"]
    counts = {(facet.name, option.value): option.count for facet in shelf.facets for option in facet.options}
    assert {key: counts[key] for key in counts if key[0] != "store"} == {
        ("colour", "Red"): 2,
        ("colour", "Blue"): 1,
        ("colour", "Green"): 1,
        ("size", "S"): 1,
        ("size", "M"): 1,
    }
    assert shelf.overview["in_stock"] == 2


def test_one_value_in_two_shades_is_one_choice(client):
    ProductFactory(name="A").variants.first().values.add(value("Red", swatch="#f00"))
    ProductFactory(name="B").variants.first().values.add(value("Red", swatch="#e00"))
    ProductFactory(name="C").variants.first().values.add(value("Blue", swatch="#00f"))
    assert sorted(shown(client.get(f"{LIST}?colour=Red"))) == ["A", "B"]
    body = client.get(LIST).content.decode()
    assert body.count('value="Red"') == 1


def test_applied_filters_can_be_taken_away_one_by_one(client):
    bag(("Red", "S"), name="A")
    bag(("Blue", "M"), name="B")
    shelf = client.get(f"{LIST}?colour=Red&colour=Blue&max_price=50&sort=newest&page=1").context["shelf"]
    assert [(chip.label, chip.url) for chip in shelf.chips] == [
        ("Up to €50.00", "?colour=Red&colour=Blue&sort=newest"),
        ("Colour: Red", "?colour=Blue&max_price=50&sort=newest"),
        ("Colour: Blue", "?colour=Red&max_price=50&sort=newest"),
    ]
    assert shelf.clear_url == "?sort=newest"


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("recommended", ["B", "A", "C"]),
        ("newest", ["C", "B", "A"]),
        ("price-up", ["A", "C", "B"]),
        ("price-down", ["B", "C", "A"]),
        ("rating", ["C", "B", "A"]),
    ],
)
def test_sorting(client, sort, names):
    ProductFactory(name="A", price="1.00", rank=2)
    ProductFactory(name="B", price="3.00", rank=1)
    best = ProductFactory(name="C", price="2.00", rank=3)
    products.set_rating(product_id=best.pk, average=Decimal(5), count=1)
    assert shown(client.get(f"{LIST}?sort={sort}")) == names


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("min_price=cheap", "Enter a price as a number"),
        ("min_price=-1", "Enter a price of 0 or more"),
        ("min_price=1e999", "price"),
        ("max_price=NaN", "Enter a price as a number"),
        ("max_price=99999999999999999999", "digits"),
        ("min_price=9&max_price=3", "lower than the lowest"),
        ("rating=9", "Choose a rating"),
        ("rating=many", "Choose a rating"),
        ("in_stock=perhaps", "Choose yes or no"),
        ("store=nowhere", "There is no store “nowhere”"),
        ("store=%00", "There is no store"),
        ("sort=loudest", "Things cannot be sorted by “loudest”"),
        ("colour=Mauve", "There is no colour “Mauve”"),
        ("colour=%3Cscript%3E", "There is no colour “&lt;script&gt;”"),
    ],
)
def test_wrong_filters_are_said_and_the_page_still_works(client, query, words):
    bag(("Red", "S"), name="A")
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 400
    body = response.content.decode()
    assert words in body
    assert "There is a problem" in body
    assert "<title>Error: " in body
    assert "nvalid" not in body.replace("aria-invalid", "")
    assert shown(response) == ["A"]


def test_counts_of_a_large_plain_shelf_are_kept_for_a_minute(client, monkeypatch):
    monkeypatch.setattr("catalog.shelf.LARGE", 1)
    bag(("Red", "S"), name="A")
    bag(("Blue", "M"), name="B")
    client.get(LIST)
    with CaptureQueriesContext(connection) as plain:
        client.get(LIST)
    with CaptureQueriesContext(connection) as filtered:
        assert shown(client.get(f"{LIST}?colour=Red")) == ["A"]
    assert not any("UNION ALL" in query["sql"] for query in plain)
    assert any("UNION ALL" in query["sql"] for query in filtered)


@pytest.mark.parametrize("page", ["2", "0", "-1", "x", "1.5", "99999999999999999999"])
def test_a_page_that_is_not_there_is_404(client, page):
    ProductFactory()
    assert client.get(f"{LIST}?page={page}").status_code == 404


def test_pages_are_numbered_and_keep_the_filters(client):
    for _ in range(25):
        ProductFactory()
    first = client.get(f"{LIST}?in_stock=1")
    assert (len(shown(first)), first.context["page"].paginator.num_pages) == (24, 2)
    assert "?in_stock=1&amp;page=2" in first.content.decode()
    second = client.get(f"{LIST}?in_stock=1&page=2")
    assert len(shown(second)) == 1
    assert not set(shown(first)) & set(shown(second))


def test_filtered_lists_are_not_indexed_and_plain_ones_are(client):
    ProductFactory()
    assert "noindex" not in client.get(LIST).content.decode()
    body = client.get(f"{LIST}?in_stock=1").content.decode()
    assert "noindex" in body
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{LIST}">' in body


def test_an_attribute_named_like_a_filter_does_no_harm(client):
    odd = Attribute.objects.create(code="store", name="Store")
    ProductFactory().variants.first().values.add(AttributeValueFactory(attribute=odd, value="x"))
    assert client.get(LIST).status_code == 200


def test_the_front_page_shows_shelf_news_sales_and_categories(client):
    top = CategoryFactory(name="Wear")
    for number in range(5):
        made = ProductFactory(category=CategoryFactory(parent=top), price="8.00", compare_at="10.00")
        ProductImageFactory(product=made, stem=f"products/{number}")
        products.refresh_listing(made.pk)
    response = client.get("/")
    body = response.content.decode()
    assert response.status_code == 200
    assert body.count('fetchpriority="high"') == 1
    assert "Good things, well kept." in body
    assert "Save 20%" in body
    assert [category.name for category, _ in response.context["tiles"]] == ["Wear"]


def test_an_empty_shop_has_a_front_page(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "The shelf is empty" in response.content.decode()


@pytest.mark.django_db(databases=["default", "documents"])
def test_reading_writes_no_session(client):
    product = ProductFactory()
    for url in ("/", LIST, f"{LIST}?in_stock=1", "/search/?q=product", product.get_absolute_url()):
        response = client.get(url)
        assert response.status_code == 200
        assert "session" not in response.cookies
    assert not Session.objects.exists()


def fill(count, category, start=0):
    for number in range(start, start + count):
        product = bag(("Red", "S"), ("Blue", "M"), category=category, name=f"Field backpack number {number}")
        ProductImageFactory(product=product)
        products.refresh_listing(product.pk)


def queries_of(client, url):
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("query", ["", "?colour=Red&size=S&in_stock=1&min_price=1&sort=rating"])
def test_a_list_costs_the_same_for_any_number_of_rows(client, query):
    category = CategoryFactory(slug="wear", parent=CategoryFactory())
    fill(3, category)
    few = [queries_of(client, url + query) for url in (LIST, category.get_absolute_url())]
    fill(24, category, start=3)
    many = [queries_of(client, url + query) for url in (LIST, category.get_absolute_url())]
    assert few == many
    # A session, a user and a cart cost up to four more; those are counted in tests/.
    assert max(many) <= 8


def test_a_full_list_is_small(client):
    fill(26, CategoryFactory())
    assert len(gzip.compress(client.get(LIST).content)) <= 14 * 1024
