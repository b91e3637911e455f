"""The page of a product: variants, stock in words, structured data, and its cost."""

import json
import re

import pytest
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Product
from catalog.services import inventory, products
from catalog.tests.factories import (
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    ProductImageFactory,
    VariantFactory,
)
from catalog.tests.searching import searching

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def value(text, code="colour", **more):
    return AttributeValueFactory(attribute__code=code, value=text, **more)


def backpack(**more):
    """Two colours, the second sold out, each with its own picture."""
    product = ProductFactory(name="Field backpack", slug="field-backpack", variants=False, **more)
    for sku, colour, stock in (("B-R", "Raspberry", 14), ("B-F", "Forest", 0)):
        image = ProductImageFactory(product=product, alt=f"{colour} backpack")
        VariantFactory(
            product=product, sku=sku, stock=stock, price="64.00", image=image, values=[value(colour)]
        )
    return product


def page(client, product, **query):
    return client.get(product.get_absolute_url(), query)


def test_the_first_variant_that_is_left_is_chosen(client):
    product = backpack()
    VariantFactory(product=product, sku="B-O", position=0, stock=0, values=[value("Ocean")])
    response = page(client, product)
    assert response.context["chosen"].sku == "B-R"
    body = response.content.decode()
    assert "In stock: 14 left" in body
    assert 'value="B-R" data-url="/product/field-backpack/?variant=B-R" checked' in body


def test_a_sold_out_variant_is_named_and_can_still_be_chosen(client):
    product = backpack()
    body = page(client, product).content.decode()
    assert body.count(", sold out</span>") == 1
    response = page(client, product, variant="B-F")
    assert response.context["chosen"].sku == "B-F"
    assert response.context["page"].shown.alt == "Forest backpack"
    body = response.content.decode()
    assert "Sold out: choose another" in body
    assert 'value="B-F" data-url="/product/field-backpack/?variant=B-F" checked' in body


@pytest.mark.parametrize(
    ("stock", "words"),
    [
        (0, "Sold out"),
        (1, "Only 1 left"),
        (5, "Only 5 left"),
        (6, "In stock: 6 left"),
        (20, "In stock: 20 left"),
        (21, "In stock"),
    ],
)
def test_stock_is_said_as_it_is(client, stock, words):
    response = page(client, ProductFactory(stock=stock))
    assert response.context["chosen"].stock_words == words


def test_promised_units_are_not_offered(client):
    product = ProductFactory(stock=9)
    inventory.reserve(quantities={product.variants.get().pk: 6}, reference="order:1")
    assert page(client, product).context["chosen"].stock_words == "Only 3 left"


def test_a_product_without_anything_left_has_no_button(client):
    body = page(client, ProductFactory(stock=0)).content.decode()
    assert "None are left just now" in body
    assert "Add to basket" not in body


def test_with_two_attributes_the_first_is_links_and_the_second_radios(client):
    product = ProductFactory(variants=False)
    size = {text: value(text, "size", attribute__position=1, position=i) for i, text in enumerate("SML")}
    for colour in ("Red", "Blue"):
        for text in "SM":
            sku = f"{colour[0]}-{text}"
            VariantFactory(
                product=product, sku=sku, stock=0 if sku == "B-M" else 3, values=[value(colour), size[text]]
            )
    links, radios = page(client, product, variant="R-M").context["page"].groups
    assert (links.label, links.are_radios, radios.label, radios.are_radios) == ("Colour", False, "Size", True)
    assert [(pill.label, pill.offer.sku, pill.is_chosen) for pill in links.pills] == [
        ("Red", "R-M", True),
        ("Blue", "B-M", False),
    ]
    assert [(pill.label, pill.offer.sku) for pill in radios.pills] == [("S", "R-S"), ("M", "R-M")]


def test_thumbnails_are_links_to_views_of_the_chosen_variant(client):
    product = backpack()
    detail = ProductImageFactory(product=product, position=9)
    body = page(client, product, variant="B-R").content.decode()
    assert f'href="?variant=B-R&amp;image={detail.pk}"' in body
    assert page(client, product, variant="B-R", image=detail.pk).context["page"].shown == detail


def test_other_variants_pictures_are_reached_through_their_variants(client):
    product = backpack()
    own, other = (product.variants.get(sku=sku).image for sku in ("B-R", "B-F"))
    shown = page(client, product, variant="B-R").context["page"].thumbs
    assert own in shown and other not in shown
    assert other in page(client, product, variant="B-F").context["page"].thumbs


@pytest.mark.parametrize(
    "query", [{"variant": "NOPE"}, {"variant": "\0"}, {"image": "999999"}, {"image": "x"}]
)
def test_a_variant_or_picture_it_does_not_have_is_404(client, query):
    assert page(client, backpack(), **query).status_code == 404


def test_what_is_not_on_the_shelf_is_404(client):
    draft = ProductFactory(status=Product.Status.DRAFT)
    suspended = ProductFactory(is_suspended=True)
    gone = ProductFactory()
    products.delete_product(product=gone)
    for product in (draft, suspended, gone):
        assert page(client, product).status_code == 404
    assert client.get("/product/nothing/").status_code == 404


def test_structured_data_cannot_be_broken_out_of(client):
    nasty = '</script><script>alert("1")</script>'
    product = ProductFactory(name=nasty, summary=nasty, price="19.90")
    body = page(client, product).content.decode()
    assert "<script>alert" not in body
    found = re.search(r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>', body, re.DOTALL)
    described, trail = json.loads(found[2])["@graph"]
    assert described["name"] == nasty
    assert described["offers"][0]["price"] == "19.90"
    assert described["offers"][0]["availability"] == "https://schema.org/InStock"
    assert [item["name"] for item in trail["itemListElement"]] == ["Home", product.category.name, nasty]


def test_it_says_where_it_really_lives(client):
    product = backpack()
    body = client.get(product.get_absolute_url() + "?variant=B-R").content.decode()
    assert '<link rel="canonical" href="http://127.0.0.1:8000/product/field-backpack/">' in body
    assert body.count("<h1") == 1


def test_details_are_text(client):
    product = ProductFactory(details=[["Material", "<b>Oak</b>"]], description="One.\n\nTwo & <i>three</i>.")
    body = page(client, product).content.decode()
    assert "&lt;b&gt;Oak&lt;/b&gt;" in body
    assert "<p>Two &amp; &lt;i&gt;three&lt;/i&gt;.</p>" in body


def queries_of(client, product):
    cache.clear()
    with (
        CaptureQueriesContext(connections["default"]) as first,
        CaptureQueriesContext(connections["documents"]) as second,
    ):
        assert page(client, product).status_code == 200
    return len(first) + len(second)


def test_it_costs_the_same_for_any_number_of_variants_and_neighbours(client):
    category = CategoryFactory(parent=CategoryFactory())
    product = backpack(category=category)
    few = queries_of(client, product)
    for number in range(8):
        ProductFactory(category=category)
        image = ProductImageFactory(product=product)
        VariantFactory(product=product, image=image, values=[value(f"Shade {number}")])
    many = queries_of(client, product)
    assert few == many
    # A session and a cart cost up to three more; those are counted in tests/.
    assert many <= 9


def test_the_sitemap_lists_what_is_on_the_shelf(client):
    product, draft = ProductFactory(), ProductFactory(status=Product.Status.DRAFT)
    index = client.get(reverse("catalog:sitemap")).content.decode()
    assert "http://127.0.0.1:8000/sitemap-1.xml" in index
    listed = client.get("/sitemap-1.xml").content.decode()
    assert product.get_absolute_url() in listed
    assert draft.get_absolute_url() not in listed
    assert product.category.get_absolute_url() in client.get("/sitemap-0.xml").content.decode()
    assert client.get("/sitemap-9.xml").status_code == 404
    robots = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots
    assert "Disallow: /checkout/" in robots


@searching(databases=["default", "documents"])
def test_searching_keeps_the_query_and_offers_a_way_out(client):
    backpack()
    found = client.get("/search/?q=bacpack")
    assert found.status_code == 200
    body = found.content.decode()
    assert "Did you mean" in body and "backpack" in body and 'value="bacpack"' in body
    nothing = client.get("/search/?q=zzzzzz")
    assert nothing.status_code == 200
    assert "Nothing found for “zzzzzz”" in nothing.content.decode()
    assert client.get("/search/").status_code == 200
    assert client.get("/search/?q=backpack&min_price=1000").status_code == 200
    assert client.get("/search/?q=backpack&page=7").status_code == 404
    assert client.get("/search/?q=%3Cscript%3E%00").status_code == 200


@searching(databases=["default", "documents"])
def test_suggestions_are_a_short_list(client):
    CategoryFactory(name="Lanterns")
    for number in range(12):
        ProductFactory(name=f"Lantern {number}")
    body = client.get("/search/suggest/?q=lant").content.decode()
    assert body.count("<li>") == 8
    assert "in Lanterns" in body
    assert client.get("/search/suggest/?q=").content.strip() == b""
