"""What the product page shows of its reviews."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import RequestContext, Template
from django.test import RequestFactory

from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from reviews.tests.factories import ReviewFactory
from tests.documents_down import documents_down

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
PAGE = Template("{% load reviews %}{% product_reviews product %}")


def render(product, query="", user=None):
    request = RequestFactory().get(f"/product/x/{query}")
    request.user = user or AnonymousUser()
    return PAGE.render(RequestContext(request, {"product": product}))


@pytest.mark.parametrize("count", [1, 30])
def test_two_queries_however_many_reviews(product, count, django_assert_num_queries):
    ReviewFactory.create_batch(count, product=product)
    with django_assert_num_queries(2, using="documents"):
        html = render(product)
    assert html.count("<article") == min(count, 8)


def test_shown_with_distribution_badges_and_answers(product):
    ReviewFactory(product=product, rating=5, order_number="7K2M9QXA", answer="Thank you!", tags=["light"])
    ReviewFactory(product=product, rating=2, customer_name="Robin Reader")
    ReviewFactory(product=product, rating=1, status="rejected", review="This one is not for the public.")
    ReviewFactory(product=ProductFactory(), review="This one is about something else.")
    html = render(product)
    assert "3.5 out of 5, 2 reviews" in html
    assert html.count("Bought here") == 1
    assert "Thank you!" in html
    assert "Robin" in html
    assert "Reader" not in html
    assert "7K2M9QXA" not in html
    assert "not for the public" not in html
    assert "something else" not in html


def test_filter_by_stars_and_pages(product):
    ReviewFactory.create_batch(10, product=product, rating=5)
    ReviewFactory.create_batch(2, product=product, rating=3)
    assert render(product, "?stars=3").count("<article") == 2
    assert "10 reviews with 5 stars" in render(product, "?stars=5")
    assert render(product, "?stars=5&reviews=2").count("<article") == 2
    assert render(product, "?reviews=2").count("<article") == 4
    assert "?variant=A&amp;stars=3#reviews" in render(product, "?variant=A&reviews=2")


@pytest.mark.parametrize(
    "query",
    [
        "?stars=abc",
        "?stars=-1",
        "?stars=٣",
        "?reviews=0",
        "?reviews=999",
        "?reviews=1e9",
        "?stars=" + "9" * 99,
    ],
)
def test_nonsense_in_the_address_is_no_error(product, query):
    ReviewFactory(product=product)
    assert "<section" in render(product, query)


def test_authors_can_delete_their_own(product):
    customer = UserFactory()
    ReviewFactory(product=product, customer=customer)
    ReviewFactory(product=product)
    assert render(product, user=customer).count("Delete your review") == 1
    assert render(product).count("Delete your review") == 0


def test_text_is_escaped(product):
    ReviewFactory(
        product=product,
        review="<script>alert(1)</script> nice",
        customer_name="<b>Eve</b>",
        tags=["<i>"],
        answer="<img src=x onerror=alert(1)>",
    )
    html = render(product)
    for dangerous in ("<script", "<b>", "<i>", "<img src=x"):
        assert dangerous not in html


def test_without_reviews_it_invites(product):
    assert "Nobody has reviewed Field backpack yet" in render(product)


def test_the_page_works_without_the_document_store(product):
    with documents_down():
        html = render(product)
    assert "Reviews cannot be shown right now" in html
