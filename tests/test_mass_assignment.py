"""Fields that no form shows: sent along by hand, they change nothing (mass assignment)."""

import json

import pytest
from django.test import Client

from catalog.tests.factories import ProductFactory
from customers.models import Address, User
from customers.services.tokens import issue_token
from customers.tests.factories import AddressFactory, UserFactory
from orders.models import Order
from orders.tests.factories import cart_with
from reviews.models import Review
from reviews.tests.factories import bought_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
POWERS = {
    "is_staff": "1", "is_superuser": "1", "groups": "1", "user_permissions": "1", "is_active": "0",
    "confirmed_phone": "+4915112345678", "customer_id": "00000000-0000-4000-8000-000000000000", "id": "1",
    "pk": "1", "password": "taken-over-77",
}  # fmt: skip


@pytest.fixture
def customer():
    return UserFactory(name="Nora Nagel")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def api(user, method, path, body):
    headers = {"authorization": f"Token {issue_token(user=user)}"}
    send = getattr(Client(), method)
    return send(f"/api{path}", json.dumps(body), content_type="application/json", headers=headers)


def powers_of(user):
    found = User.objects.get(pk=user.pk)
    rights = (found.groups.count(), found.user_permissions.count())
    return (
        found.is_staff,
        found.is_superuser,
        found.is_active,
        found.confirmed_phone,
        found.password,
        *rights,
    )


def test_sign_up_makes_a_customer_and_no_more(commit):
    form = {"name": "Eve", "email": "eve@example.com", "password1": "quiet-harbour-42", "marketing": ""}
    with commit():
        Client().post("/account/signup/", POWERS | form)
    eve = User.objects.get(email="eve@example.com")
    assert not (eve.is_staff or eve.is_superuser or eve.groups.exists() or eve.user_permissions.exists())
    assert str(eve.customer_id) != POWERS["customer_id"]
    assert eve.confirmed_phone == ""


def test_details_and_addresses_are_all_that_an_account_changes(customer):
    other, before = UserFactory(), powers_of(customer)
    client = signed_in(customer)
    assert client.post("/account/profile/", POWERS | {"name": "Nora N.", "phone": ""}).status_code == 302
    assert powers_of(customer) == before
    assert User.objects.get(pk=customer.pk).name == "Nora N."
    address = AddressFactory(customer=customer)
    form = {
        "name": "Nora Nagel", "line1": "Lindenallee 7", "postal_code": "10117", "city": "Berlin",
        "country": "DE", "customer": str(other.pk), "user": str(other.pk), "status": "x", "is_deleted": "1",
    }  # fmt: skip
    assert client.post(f"/account/addresses/{address.pk}/", form).status_code == 302
    kept = Address.objects.get(pk=address.pk)
    assert (kept.customer_id, kept.is_deleted, kept.status) == (customer.pk, False, "active")


def test_an_order_is_what_was_bought_and_not_what_was_sent(customer):
    other, variant = UserFactory(), ProductFactory(stock=5, price="20.00").variants.get()
    cart_with(variant, customer=customer)
    sent = {
        "status": "delivered", "order_status": "Delivered", "payment_status": "paid", "total": 0.01,
        "total_price": 0.01, "amount_paid": 99, "token": "chosen", "number": "CHOSEN1", "customer": other.pk,
        "items": [{"sku": variant.sku, "quantity": 1, "price": 0.01, "tax": 0}],
        "shipping_address": {
            "name": "Nora Nagel", "line1": "Lindenallee 7", "postal_code": "10117", "city": "Berlin",
            "country": "DE",
        },
    }  # fmt: skip
    assert api(customer, "post", "/orders", sent).status_code in (201, 400)
    for order in Order.objects.all():
        assert (order.status, order.payment_status, order.amount_paid) == ("pending", "unpaid", 0)
        assert order.customer_id == customer.pk
        assert order.total >= 20
        assert order.token != "chosen"
    assert Order.objects.exists() or api(customer, "post", "/orders", sent).status_code == 400


def test_a_review_is_its_authors_and_waits_like_any_other(customer):
    other, product = UserFactory(), ProductFactory(stock=5)
    bought_order(customer=customer, product=product)
    sent = {
        "customer_id": str(customer.customer_id), "product_id": product.pk, "rating": 5,
        "review": "It does what it should do.", "is_verified": True, "customer_name": "The Owner",
        "customer_email": other.email, "answer": "We agree", "is_deleted": True, "id": "mine",
    }  # fmt: skip
    assert api(customer, "post", "/reviews", sent).status_code == 201
    review = Review.objects.get()
    assert review.customer_email == customer.email
    assert review.customer_name != "The Owner"
    assert str(review.pk) != "mine"
    assert not review.is_deleted
