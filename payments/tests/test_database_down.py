"""The database goes away in the middle of paying: what is said, what is kept, what is not done twice."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from orders.access import SESSION_KEY
from orders.models import Order
from orders.tests.factories import cart_with
from payments.models import Payment
from payments.tests.stripe_shop import order_at_stripe, return_url, things
from tests.shopper import hidden

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def gone(execute, sql, *rest):
    raise OperationalError(2006, "Server has gone away")


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


def test_pay_while_the_database_is_down_orders_nothing_and_keeps_the_basket(browser):
    cart = cart_with()
    session = browser.session
    session[SESSION_KEY] = cart.token
    session.save()
    review = browser.get(reverse("orders:checkout_review"))
    review.text, review.url = review.content.decode(), "review"
    form = {name: hidden(review, name) for name in ("basket", "agreed")} | {"payment_method": "demo"}
    with connection.execute_wrapper(gone):
        answer = browser.post(reverse("payments:place"), form)
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "nothing was ordered or charged by it, and your basket is kept" in text
    assert f'href="{reverse("orders:cart")}"' in text
    assert not Order.objects.exists() and not Payment.objects.exists()
    assert browser.post(reverse("payments:place"), form).status_code == 302
    assert Order.objects.get().cart_id == cart.pk


def test_coming_back_paid_while_it_is_down_is_booked_by_trying_again(browser, fake_stripe):
    order, payment = order_at_stripe()
    fake_stripe.tell("pay")
    with connection.execute_wrapper(gone):
        answer = browser.get(return_url(payment))
    text = answer.content.decode()
    assert answer.status_code == 503 and "please do not pay again" in text
    assert f'href="{return_url(payment)}"' in text
    assert "thanks" in browser.get(return_url(payment))["Location"]
    order.refresh_from_db()
    assert order.payment_status == "paid" and len(things(fake_stripe, "charge")) == 1


def test_programs_are_told_too(browser):
    with connection.execute_wrapper(gone):
        answer = browser.get("/api/products")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "unavailable"
