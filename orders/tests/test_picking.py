"""Picking: from then on the order belongs to whoever packs it."""

import pytest
from django.urls import reverse

from orders.models import Order
from orders.services.fulfilment import ship_order
from orders.services.orders import WrongState
from orders.services.picking import start_picking, stop_picking
from orders.tests.factories import OrderFactory, paid_order, shipped_order
from payments.services.orders import cancel_and_refund

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_picking_starts_once_and_the_shopper_sees_it(client):
    order = start_picking(order=paid_order())
    since = order.picking_at
    assert start_picking(order=order).picking_at == since
    assert order.events.filter(kind="picking", is_public=True).count() == 1
    page = client.get(order.get_absolute_url()).content.decode()
    assert "We are packing it" in page and "Cancel this order" not in page
    assert reverse("orders:address", args=[order.token]) not in page


def test_before_picking_the_shopper_may_cancel_and_change_the_address(client):
    page = client.get(paid_order().get_absolute_url()).content.decode()
    assert "We pack it next" in page and "Cancel this order" in page and "Change the address" in page


def test_an_order_that_is_not_paid_is_not_picked():
    with pytest.raises(WrongState) as refused:
        start_picking(order=OrderFactory())
    assert refused.value.code == "not_paid"
    order = start_picking(order=OrderFactory(payment_method="cash_on_delivery"))
    assert (order.status, order.picking_at is not None) == ("processing", True)
    with pytest.raises(WrongState):
        start_picking(order=shipped_order())


def test_picking_is_undone_until_something_has_left(client):
    order = start_picking(order=paid_order(quantity=2))
    order = stop_picking(order=stop_picking(order=order))
    assert order.picking_at is None and order.can_be_changed_by_shopper
    assert order.events.filter(kind="picking_stopped", is_public=False).count() == 1
    ship_order(order=order, carrier="DHL", quantities={order.lines.get().pk: 1})
    order.refresh_from_db()
    assert order.picking_at is not None, "what is shipped was picked"
    with pytest.raises(WrongState):
        stop_picking(order=order)


def test_the_shopper_cancels_until_picking_and_staff_until_shipping(client):
    order = start_picking(order=paid_order())
    answer = client.post(reverse("payments:cancel", args=[order.token]))
    assert answer.status_code == 409 and "We are packing it already" in answer.content.decode()
    assert Order.objects.get(pk=order.pk).status == "processing"
    assert cancel_and_refund(order=order, reason="out of paper").status == "cancelled"

    other = paid_order()
    assert client.post(reverse("payments:cancel", args=[other.token])).status_code == 302
    other.refresh_from_db()
    assert (other.status, other.payment_status) == ("cancelled", "refunded")


def test_the_api_refuses_to_cancel_what_is_being_packed(client):
    order = start_picking(order=paid_order())
    url = f"/api/orders/{order.pk}/status?token={order.token}"
    answer = client.put(url, {"order_status": "Cancelled"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "picking")
    shown = client.get(f"/api/orders/{order.pk}?token={order.token}").json()
    assert shown["can_be_changed"] is False


def test_each_parcel_shows_what_is_in_it(client, django_assert_max_num_queries):
    order = paid_order(quantity=3)
    line = order.lines.get()
    for number, pieces in (("JJD1", 1), ("JJD2", 2)):
        ship_order(order=order, carrier="DHL", tracking_number=number, quantities={line.pk: pieces})
    with django_assert_max_num_queries(14):
        page = client.get(order.get_absolute_url()).content.decode()
    assert f"1 × {line.full_name}" in page and f"2 × {line.full_name}" in page
    assert "JJD1" in page and "https://tracking.example/?id=JJD2" in page
    parcels = client.get(f"/api/orders/{order.pk}?token={order.token}").json()["shipments"]
    assert [parcel["items"][0]["quantity"] for parcel in parcels] == [1, 2]
    assert parcels[0]["items"][0]["sku"] == line.sku
