"""Orders that staff place through the API for somebody who pays by a link."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import StockItem, StoreSettings
from catalog.tests.factories import ProductFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from orders.models import Order
from orders.tests.factories import cart_with, make_rates
from payments.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(stock=5, price="20.00")


def post(data, *, user=None, key=""):
    headers = {"authorization": f"Bearer {issue_token(user=user)}"} if user else {}
    if key:
        headers["idempotency-key"] = key
    return Client().post("/api/orders", json.dumps(data), content_type="application/json", headers=headers)


def wish(product, **changes):
    items = [{"product_id": product.pk, "quantity": 2}]
    address = {"email": "nora@example.com", "shipping_address": "123 Elm St"}
    return {**address, "items": items, "payment_method": "link"} | changes


def test_the_customer_gets_the_link_chooses_there_and_pays(client, product, commit, mailoutbox):
    staff = staff_with("orders.add_order")
    with commit():
        placed = post(wish(product, payment_method="Link"), user=staff)
    order = Order.objects.get()
    link = reverse("payments:start", args=[order.token])
    assert (placed.status_code, placed.json()["payment_id"]) == (201, None)
    assert placed.json()["payment_url"] == f"http://127.0.0.1:8000{link}"
    assert (order.payment_method, order.customer, order.email) == ("", None, "nora@example.com")
    [mail] = mailoutbox
    assert mail.to == ["nora@example.com"] and link in mail.body
    assert order.expires_at - order.placed_at == timedelta(days=StoreSettings.current().draft_days)
    assert StockItem.objects.get().held == 2
    assert order.events.get(kind="placed_by_staff").actor == staff
    sent = client.post(link, {"payment_method": "demo"})
    client.post(sent["Location"], {"choice": "approve"})
    order.refresh_from_db()
    assert (order.payment_status, order.payment_method) == ("paid", "demo")


def test_it_goes_into_the_account_of_whoever_confirmed_the_address(product):
    user, other, staff = UserFactory(), UserFactory(), StaffFactory()
    assert post(wish(product, email=user.email), user=staff).status_code == 201
    named = wish(product, customer_id=str(other.customer_id))
    assert post(named, user=staff).status_code == 201
    assert list(Order.objects.order_by("pk").values_list("customer", flat=True)) == [user.pk, other.pk]
    assert not Payment.objects.exists()


def test_the_customers_own_basket_is_ordered_and_the_staffs_stays(product):
    user, staff = UserFactory(), StaffFactory()
    theirs = cart_with(product.variants.get(), customer=user, answered=False)
    own = cart_with(product.variants.get(), customer=staff)
    data = {"email": user.email, "shipping_address": "123 Elm St", "payment_method": "link"}
    assert post(data, user=staff).status_code == 201
    assert Order.objects.get().cart == theirs
    own.refresh_from_db()
    assert own.status == "open"


def test_the_same_request_again_is_the_same_order(product):
    staff = StaffFactory()
    first, again = (post(wish(product), user=staff, key="link-1") for _ in range(2))
    assert first.status_code == 201 and first.json() == again.json()
    assert Order.objects.count() == 1


def test_only_staff_send_links(product):
    user = UserFactory()
    for caller in (None, user, UserFactory(is_staff=True), staff_with("orders.view_order")):
        refused = post(wish(product), user=caller)
        assert refused.status_code == 400
        assert "Only staff" in refused.json()["errors"]["payment_method"][0]
    assert not Order.objects.exists()


def test_bad_input_is_named(product):
    staff = StaffFactory()
    for left_out, field in (("email", "email"), ("items", "items"), ("shipping_address", "shipping_address")):
        data = wish(product)
        del data[left_out]
        refused = post(data, user=staff)
        assert refused.status_code == 400 and list(refused.json()["errors"]) == [field]
    changed = post(wish(product, confirmed_total=1), user=staff)
    assert (changed.status_code, changed.json()["code"]) == (409, "total_changed")
    unknown = wish(product, customer_id="7d3a6c1e-6f0b-4f0e-9d57-2f6e6f0c9a11")
    assert post(unknown, user=staff).status_code == 404
    assert not Order.objects.exists()
