"""Finding orders, and taking steps with many of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from dashboard.tests.conftest import sign_in, staff_with
from dashboard.tests.factories import row_order
from orders.models import Order, Shipment
from orders.tests.factories import OrderFactory, paid_order, shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
LIST = "/admin/orders/order/"


def found(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200, response
    return {order.number for order in response.context["cl"].result_list}


def bulk(client, action, orders, follow=True, **extra):
    data = {"action": action, "_selected_action": [order.pk for order in orders], **extra}
    return client.post(LIST, data, follow=follow)


def said(response):
    return [str(message) for message in response.context["messages"]]


def states(orders):
    return [Order.objects.get(pk=order.pk).status for order in orders]


def test_the_list_needs_the_same_queries_at_10_and_60_orders(staff):
    def count():
        with CaptureQueriesContext(connection) as queries:
            response = staff.get(LIST)
        assert response.status_code == 200
        return len(queries), len(response.context["cl"].result_list)

    staff.get(LIST)
    for number in range(10):
        row_order(placed_at=timezone.now() - timedelta(days=number))
    assert '<option value="ship"' in staff.get(LIST).content.decode()
    few, shown_few = count()
    for number in range(50):
        row_order(placed_at=timezone.now() - timedelta(days=number), status="processing")
    many, shown_many = count()
    assert (shown_few, shown_many) == (10, 50)
    assert few == many <= 15


def test_orders_are_found_by_what_people_say_on_the_phone(staff):
    wanted = shipped_order(tracking_number="JJD000390055")
    address = wanted.shipping_address | {"phone": "+49 (30) 5550-0142"}
    Order.objects.filter(pk=wanted.pk).update(
        email="mireille@example.com", name="Mireille Dubois", shipping_address=address
    )
    row_order(shipping_address=wanted.shipping_address | {"phone": "+49 30 5550 9999"})
    sku = wanted.lines.get().sku
    for words in ("mireille@", "dubois", sku, "JJD000390055", "0142", "5550 0142", wanted.number[:6].lower()):
        assert found(staff, q=words) == {wanted.number}, words
    assert found(staff, q="nobody at all") == set()


def test_a_full_number_leads_straight_to_the_order(staff):
    order = row_order()
    response = staff.get(LIST, {"q": f" {order.number.lower()} "})
    assert response.url == reverse("admin:orders_order_change", args=[order.pk])


def test_the_work_lists_are_what_their_names_say(staff):
    now = timezone.now()
    today, hour = timezone.localdate(), timedelta(hours=1)
    unpaid = row_order(placed_at=now - 2 * hour, expires_at=now + hour)
    row_order(placed_at=now - hour / 2, expires_at=now + hour)
    door = row_order(placed_at=now - 2 * hour, payment_method="cash_on_delivery")
    late = row_order(status="processing", payment_status="paid", promised_from=today)
    soon = row_order(status="processing", payment_status="paid", promised_from=today + timedelta(days=1))
    row_order(status="shipped", payment_status="paid", fulfilment_status="fulfilled", promised_from=today)
    row_order(status="cancelled", expires_at=now + hour, placed_at=now - 2 * hour)
    assert found(staff, queue="unpaid") == {unpaid.number}
    assert found(staff, queue="to_ship") == {door.number, late.number, soon.number}
    assert found(staff, queue="late") == {late.number}
    flags = staff.get(LIST).content.decode()
    assert flags.count('st-badge-bad">Late<') == 1
    assert flags.count('st-badge-sun">Unpaid &gt; 1 h<') == 1


def test_filters_and_dates(staff):
    now = timezone.localtime()
    paid = row_order(payment_status="paid", status="processing")
    row_order(payment_method="demo", placed_at=now - timedelta(days=800))
    assert found(staff, payment_status__exact="paid") == {paid.number}
    assert found(staff, method="bank_transfer") == {paid.number}
    assert found(staff, placed_at__year=now.year, placed_at__month=now.month) == {paid.number}
    assert found(staff, placed_at__year=now.year, placed_at__month=now.month, placed_at__day=now.day) == {
        paid.number
    }
    assert str(now.year - 1) in staff.get(LIST).content.decode()
    assert staff.get(LIST, {"placed_at__year": now.year, "placed_at__month": "13"}).status_code in (200, 302)


def test_payments_of_many_orders_are_confirmed(staff):
    ready, cancelled = OrderFactory(), OrderFactory()
    paid = paid_order()
    Order.objects.filter(pk=cancelled.pk).update(status="cancelled")
    response = bulk(staff, "confirm-payment", [ready, paid])
    assert said(response) == ["1 order confirmed as paid.", f"Order {paid.number} is paid already."]
    assert states([ready]) == ["processing"]


def test_many_orders_are_marked_as_processing(staff):
    door, waiting = OrderFactory(payment_method="cash_on_delivery"), OrderFactory()
    words = said(bulk(staff, "process", [door, waiting]))
    assert words[0] == "1 order marked as processing."
    assert "has not been paid yet" in words[1]
    assert states([door, waiting]) == ["processing", "pending"]


def test_many_orders_are_delivered(staff):
    words = said(bulk(staff, "deliver", [shipped_order(), shipped_order(), OrderFactory()]))
    assert words[0] == "2 orders marked as delivered."
    assert len(words) == 2


def test_twenty_orders_are_shipped_from_one_page(staff):
    variant = ProductFactory(stock=40).variants.get()
    orders = [paid_order(variant) for _ in range(20)]
    unpaid = OrderFactory(variant)
    page = bulk(staff, "ship", [*orders, unpaid])
    assert len(page.context["form"].rows()) == 21
    assert states(orders[:1]) == ["processing"]

    tracking = {f"tracking_{order.pk}": f"JJD{order.pk}" for order in orders}
    response = bulk(
        staff, "ship", [*orders, unpaid], confirmed="1", carrier="", back="queue=to_ship", **tracking
    )
    words = said(response)
    assert words[0].startswith("20 orders shipped.")
    assert "/papers/?ids=" in words[0]
    assert len(words) == 2
    assert f"Order {unpaid.number}" in words[1]
    assert set(states(orders)) == {"shipped"}
    assert set(Shipment.objects.values_list("carrier", "tracking_number")) == {
        ("DHL", f"JJD{order.pk}") for order in orders
    }
    assert response.redirect_chain[-1][0].endswith("?queue=to_ship")


def test_many_orders_are_cancelled_with_a_reason(staff):
    orders = [OrderFactory(), paid_order(), shipped_order()]
    page = bulk(staff, "cancel", orders).content.decode()
    assert "are paid. Cancelling sends the whole payment back" in page
    without = bulk(staff, "cancel", orders, confirmed="1", reason="")
    assert without.context["form"].errors
    assert states(orders) == ["pending", "processing", "shipped"]

    words = said(bulk(staff, "cancel", orders, confirmed="1", reason="The kiln broke"))
    assert words[0] == "2 orders cancelled."
    assert f"Order {orders[2].number} is shipped" in words[1]
    assert states(orders) == ["cancelled", "cancelled", "shipped"]
    assert Order.objects.get(pk=orders[1].pk).payment_status == "refunded"


def test_one_order_that_breaks_does_not_stop_the_others(staff, monkeypatch):
    """The row of the middle one is broken: its payment belongs to a gateway that is unknown."""
    orders = [paid_order() for _ in range(3)]
    orders[1].payments.update(gateway="gone")
    words = said(bulk(staff, "cancel", orders, confirmed="1", reason="Closed"))
    assert words[0] == "2 orders cancelled."
    assert words[1].startswith(f"Order {orders[1].number}: Something went wrong")


def test_papers_of_many_orders_are_one_pdf(staff):
    orders = [shipped_order(), shipped_order()]
    response = bulk(staff, "papers", orders, follow=False)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")


def test_missing_papers_are_listed_before_the_rest_is_printed(staff):
    shipped, waiting = shipped_order(), paid_order()
    page = bulk(staff, "papers", [shipped, waiting])
    text = page.content.decode()
    assert f"Order {waiting.number}: not shipped yet" in text
    data = {"ids": page.context["ids"], "despite": "1"}
    rest = staff.post(reverse("admin:orders_order_papers"), data)
    assert rest.headers["Content-Type"] == "application/pdf"
    assert staff.get(reverse("admin:orders_order_papers"), {"ids": f"{shipped.pk},x,"}).status_code == 200


def test_too_many_orders_at_once_are_refused(staff, monkeypatch):
    monkeypatch.setattr("dashboard.order_bulk.MOST_AT_ONCE", 2)
    orders = [OrderFactory() for _ in range(3)]
    assert said(bulk(staff, "confirm-payment", orders)) == [
        "Please choose at most 2 orders at a time. Nothing was changed."
    ]
    assert set(states(orders)) == {"pending"}


@pytest.mark.parametrize("action", ["confirm-payment", "process", "ship", "deliver", "cancel", "papers"])
def test_people_who_may_only_look_take_no_steps(action):
    order = paid_order()
    client = sign_in(staff_with("orders.view_order"))
    assert bulk(client, action, [order], confirmed="1", reason="x").status_code == 403
    assert f'<option value="{action}"' not in client.get(LIST).content.decode()
    assert client.post(reverse("admin:orders_order_papers"), {"ids": order.pk}).status_code == 403
    assert states([order]) == ["processing"]


def test_a_picker_confirms_no_payments():
    order = OrderFactory()
    picker = sign_in(staff_with("orders.view_order", "orders.change_order"))
    assert bulk(picker, "confirm-payment", [order]).status_code == 403
    assert states([order]) == ["pending"]


def test_orders_are_not_deleted(staff):
    order = row_order()
    bulk(staff, "delete_selected", [order], post="yes")
    assert Order.objects.filter(pk=order.pk).exists()
    assert staff.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403


def test_very_long_lists_are_not_counted_to_their_end(staff, monkeypatch):
    monkeypatch.setattr("dashboard.order_list.MOST_PAGED", 3)
    monkeypatch.setattr("dashboard.admin.orders.OrderAdmin.list_per_page", 2)
    now = timezone.now()
    orders = [row_order(placed_at=now - timedelta(days=number)) for number in range(5)]
    response = staff.get(LIST)
    assert (response.context["cl"].result_count, response.context["cl"].paginator.num_pages) == (3, 2)
    assert "The newest 3 are listed" in response.content.decode()
    assert "are listed" not in staff.get(LIST, {"q": "nobody"}).content.decode()
    assert found(staff, q=orders[4].number[:7]) == {orders[4].number}
