"""The demo's reviews: by people who bought the thing, and counted in its rating."""

import pytest

from customers.models import User
from orders.models import Order
from reviews.models import Review
from reviews.services.ratings import recount_all
from support.models import Ticket

# One worker, so that the demo is loaded once.
pytestmark = [pytest.mark.usefixtures("demo_shop")]


def test_ratings_are_those_of_the_published_reviews():
    assert Review.objects.count() == 400
    assert recount_all() == 0


def test_every_review_is_valid_and_verified():
    customers = {str(user.customer_id): user for user in User.objects.all()}
    orders = {order.number: order for order in Order.objects.prefetch_related("lines")}
    for review in Review.objects.all():
        review.full_clean()
        order = orders[review.order_number]
        assert order.customer_id == customers[review.customer_id].pk
        assert order.status == Order.Status.DELIVERED
        assert review.product_id in {line.product_id for line in order.lines.all()}
        assert review.review_date > order.delivered_at


def test_staff_have_answered_some_and_have_some_to_look_at(demo_shop):
    assert Review.objects.filter(status=Review.Status.HELD).count() == 12
    answered = Review.objects.exclude(answer="")
    assert 20 <= answered.count() <= 25
    assert all(review.review_date < review.answered_at < demo_shop.midnight for review in answered)


def test_most_are_happy_and_some_are_not():
    ratings = list(Review.objects.values_list("rating", flat=True))
    assert set(ratings) == {1, 2, 3, 4, 5}
    assert ratings.count(5) > ratings.count(4) > ratings.count(3) > ratings.count(1)


def test_no_text_repeats_under_a_product():
    pairs = list(Review.objects.values_list("product_id", "review"))
    assert len(pairs) == len(set(pairs))


def test_tickets_are_open_answered_and_closed():
    assert set(Ticket.objects.values_list("status", flat=True)) == set(Ticket.Status.values)
    assert Ticket.objects.count() == 6
