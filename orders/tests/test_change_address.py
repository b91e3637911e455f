"""Another delivery address, asked for by the shopper: until picking, and where it costs the same."""

from decimal import Decimal

import pytest
from django.urls import reverse

from customers.tests.factories import UserFactory
from orders.models import Order, ShippingRate
from orders.services.changing import change_address, redirect_order
from orders.services.picking import start_picking
from orders.tests.factories import (
    ADDRESS,
    OrderFactory,
    RateFactory,
    ShippingMethodFactory,
    paid_order,
    zone_of,
)

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

NEXT_DOOR = ADDRESS.to_dict() | {"line1": "Lindenallee 9", "postal_code": "10119"}
VIENNA = NEXT_DOOR | {"city": "Wien", "postal_code": "1010", "country": "AT"}


def page_of(order):
    return reverse("orders:address", args=[order.token])


def test_a_guest_changes_the_address_with_the_link_of_the_order(client, mailoutbox, commit):
    order = paid_order()
    assert "Lindenallee 7" in client.get(page_of(order)).content.decode()
    with commit():
        answer = client.post(page_of(order), NEXT_DOOR)
    assert answer.status_code == 302
    order.refresh_from_db()
    assert order.delivery_address.line1 == "Lindenallee 9" and order.invoice_address.line1 == "Lindenallee 9"
    event = order.events.get(kind="address_changed")
    assert event.is_public and "Lindenallee" not in event.message
    assert (event.data["from"]["line1"], event.data["to"]["line1"]) == ("Lindenallee 7", "Lindenallee 9")
    [told] = [mail for mail in mailoutbox if "was changed" in mail.subject]
    assert told.to == [order.email] and "Lindenallee 9" in told.body


def test_the_same_address_again_changes_nothing(client):
    order = paid_order()
    for _ in range(2):
        client.post(page_of(order), NEXT_DOOR)
    assert order.events.filter(kind="address_changed").count() == 1
    assert Order.objects.get(pk=order.pk).revision == 1


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client):
    order = paid_order()
    answer = client.post(page_of(order), NEXT_DOOR | {"city": "", "name": "Typed Name"})
    text = answer.content.decode()
    assert answer.status_code == 400 and "There is a problem" in text and "Typed Name" in text
    assert client.get(reverse("orders:address", args=["x" * 43])).status_code == 404
    assert client.post(reverse("orders:address", args=["x" * 43]), NEXT_DOOR).status_code == 404


def test_where_it_is_not_delivered_nothing_changes(client):
    order = paid_order()
    answer = client.post(page_of(order), VIENNA)
    assert answer.status_code == 409 and "is not offered to 1010 Wien" in answer.content.decode()
    assert Order.objects.get(pk=order.pk).delivery_address.country == "DE"


def test_where_it_costs_something_else_the_price_is_said_and_nothing_changes(client):
    order = paid_order()
    RateFactory(method=ShippingMethodFactory(), zone=zone_of("AT"), price=Decimal("9.90"))
    answer = client.post(page_of(order), VIENNA)
    text = answer.content.decode()
    assert answer.status_code == 409 and "€29.90, and not €23.90" in text
    assert Order.objects.get(pk=order.pk).revision == 0


def test_a_delivery_that_became_dearer_meanwhile_costs_what_it_did():
    order = paid_order()
    ShippingRate.objects.update(price=Decimal("8.00"))
    address = ADDRESS.from_dict(NEXT_DOOR)
    changed = change_address(order=order, address=address)
    assert (changed.total, changed.shipping_total) == (order.total, Decimal("3.90"))


def test_once_it_is_picked_it_is_too_late(client):
    order = start_picking(order=paid_order())
    assert client.get(page_of(order)).status_code == 302
    answer = client.post(page_of(order), NEXT_DOOR)
    assert answer.status_code == 409 and "We are packing it already" in answer.content.decode()
    moved = redirect_order(order=order, address=ADDRESS.from_dict(NEXT_DOOR))
    assert moved.delivery_address.line1 == "Lindenallee 9", "staff still may"


def test_an_invoice_of_its_own_address_stays(client):
    order = OrderFactory()
    Order.objects.filter(pk=order.pk).update(billing_address=ADDRESS.to_dict() | {"line1": "Kontor 1"})
    client.post(page_of(order), NEXT_DOOR)
    assert Order.objects.get(pk=order.pk).invoice_address.line1 == "Kontor 1"


# --- API ------------------------------------------------------------------------------------


def patch(client, order, address, token=True):
    url = f"/api/orders/{order.pk}" + (f"?token={order.token}" if token else "")
    return client.patch(url, {"shipping_address": address}, content_type="application/json")


def test_the_api_changes_the_address(client):
    order = paid_order()
    answer = patch(client, order, NEXT_DOOR)
    assert (answer.status_code, answer.json()["delivery_address"]["line1"]) == (200, "Lindenallee 9")
    assert patch(client, order, NEXT_DOOR, token=False).status_code == 401
    assert patch(client, order, {"line1": "x"}).status_code == 400
    refused = patch(client, order, VIENNA)
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_unavailable")


def test_a_customer_changes_their_own_order_and_nobody_elses(client):
    ada, eve = UserFactory(), UserFactory()
    order = paid_order(customer=ada)
    client.force_login(eve, backend="django.contrib.auth.backends.ModelBackend")
    assert patch(client, order, NEXT_DOOR, token=False).status_code == 404
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert page_of(order) in client.get(f"/account/orders/{order.number}/").content.decode()
    assert patch(client, order, NEXT_DOOR, token=False).status_code == 200
    client.post(page_of(order), ADDRESS.to_dict())
    assert order.events.filter(kind="address_changed", actor=ada).count() == 2
