"""Moderation by staff, on the document store."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from customers.tests.factories import StaffFactory
from reviews.models import Review
from reviews.tests.factories import ReviewFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
LIST = "admin:reviews_review_changelist"


@pytest.fixture
def staff(client, staff):
    """Signed in."""
    client.force_login(staff)
    return staff


@pytest.mark.parametrize("count", [2, 25])
def test_the_list_costs_the_same_for_few_and_many(
    client, staff, product, count, django_assert_max_num_queries
):
    ReviewFactory.create_batch(count, product=product)
    with django_assert_max_num_queries(4, using="documents"), django_assert_max_num_queries(14):
        response = client.get(reverse(LIST))
    assert response.status_code == 200


def test_search_and_filters(client, staff, product):
    ReviewFactory(product=product, customer_email="find@example.com", rating=1)
    ReviewFactory(product=ProductFactory(name="Lantern"))
    for query, found in (
        ("q=find", 1),
        ("q=lantern", 1),
        ("q=nothing", 0),
        ("rating=1", 1),
        ("status=held", 0),
    ):
        response = client.get(f"{reverse(LIST)}?{query}")
        assert response.context["cl"].result_count == found, query


@pytest.mark.parametrize(
    ("action", "status"), [("reject", "rejected"), ("hold", "held"), ("publish", "published")]
)
def test_actions_moderate_and_recount(client, staff, product, action, status):
    reviews = ReviewFactory.create_batch(2, product=product, rating=2)
    other = ReviewFactory(product=product, rating=5)
    response = client.post(
        reverse(LIST), {"action": action, "_selected_action": [review.pk for review in reviews]}, follow=True
    )
    assert "2 reviews are now" in response.content.decode()
    assert {review.status for review in Review.objects.exclude(pk=other.pk)} == {status}
    product.refresh_from_db()
    assert product.review_count == (3 if status == "published" else 1)


def test_an_answer_is_stored_by_the_service_and_nothing_else_can_be_changed(client, staff, product):
    review = ReviewFactory(product=product, rating=2)
    url = reverse("admin:reviews_review_change", args=[review.pk])
    assert client.get(url).status_code == 200
    client.post(
        url, {"answer": "We are sorry.", "comments": "Call them", "rating": 5, "review": "Changed text."}
    )
    review.refresh_from_db()
    assert (review.answer, review.comments, review.rating) == ("We are sorry.", "Call them", 2)
    assert review.answered_at
    assert LogEntry.objects.get().object_id == str(review.pk)


def test_deleting_counts_again(client, staff, product):
    keep, gone, also = (ReviewFactory(product=product, rating=rating) for rating in (4, 1, 1))
    client.post(reverse("admin:reviews_review_delete", args=[gone.pk]), {"post": "yes"})
    data = {"action": "delete_selected", "_selected_action": [also.pk], "post": "yes"}
    client.post(reverse(LIST), data)
    assert [review.pk for review in Review.objects.all()] == [keep.pk]
    assert Review.all_objects.count() == 3
    assert Product.objects.get(pk=product.pk).rating == Decimal(4)


def test_staff_without_the_right_cannot(client, product):
    client.force_login(StaffFactory(is_superuser=False))
    review = ReviewFactory(product=product)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(reverse("reviews:delete", args=[review.pk])).status_code == 403
