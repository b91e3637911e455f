"""Click and collect: chosen in the checkout, taxed at the place, put ready and handed over by staff."""

from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.tests.factories import StaffFactory
from documents.services.files import store_label_file
from documents.services.printing import print_papers
from documents.services.sweep import sweep
from ecommerce.lib.errors import NotFound
from orders.models import Notification, Order, Shipment, ShippingMethod, TaxRate
from orders.services.fulfilment import deliver_order, ship_order
from orders.services.orders import WrongState, cancel_order
from orders.tests.factories import CollectFactory, OrderFactory, make_rates, paid_order, shipped_order
from orders.tests.test_checkout_pages import ADDRESS, CONTACT, DELIVERY, REVIEW, WHERE, pay
from payments.models import Payment
from payments.services.order_status import change_status
from payments.services.payments import confirm_payment

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture(autouse=True)
def _wednesday_morning(time_machine):
    time_machine.move_to("2026-11-18T09:00:00Z", tick=False)


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def shopper(client):
    make_rates()
    CollectFactory()
    ProductFactory(name="Field backpack", sku="BACKPACK", price="40.00", stock=5)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    client.post(CONTACT, {"email": "kim@example.com"})
    client.post(ADDRESS, WHERE)
    return client


def test_the_address_page_says_what_it_is_for(shopper):
    assert "The address is for the invoice then" in text_of(shopper.get(ADDRESS))
    ShippingMethod.objects.filter(code="collect").update(is_suspended=True)
    assert "The address is for the invoice then" not in text_of(shopper.get(ADDRESS))


def test_from_the_checkout_to_the_counter(shopper, commit):
    choices = text_of(shopper.get(DELIVERY))
    assert "Ready from Thursday 19 November" in choices
    assert "Alcove shop, Lindenallee 1, 10117 Berlin, open Mon-Sat 10-19" in choices
    assert shopper.post(DELIVERY, {"shipping_method": "collect"})["Location"] == REVIEW
    review = shopper.get(REVIEW)
    text = text_of(review)
    assert "Ready to collect from Thursday 19 November" in text and "Open Mon-Sat 10-19" in text
    assert "€40.00" in text and "€43.90" not in text and "Pay when you collect" in text
    with commit():
        thanks = shopper.get(pay(shopper, review, method="cash_on_delivery")["Location"])
    order = Order.objects.get()
    text = text_of(thanks)
    assert "€40.00</bdi> when you collect it, from <strong>Thursday 19 November</strong>" in text
    assert "Collect at Alcove shop" in text and "Where it goes" not in text and "tracking number" not in text
    body = mail.outbox[-1].body
    assert "You collect it at:\nAlcove shop\nLindenallee 1\n10117 Berlin" in body and "It goes to" not in body
    assert "ready to collect from Thursday 19 November" in body and "courier" not in body

    page = reverse("admin:orders_order_change", args=[order.pk])
    staff = type(shopper)()
    staff.force_login(StaffFactory(), backend="django.contrib.auth.backends.ModelBackend")
    text = text_of(staff.get(page))
    assert "Collect at" in text and ">Ready to collect</button>" in text and ">Ship<" not in text
    ready, collected = (
        reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": code})
        for code in ("ready", "collected")
    )
    with commit():
        staff.post(ready)
    assert "Ready to collect" in text_of(staff.get(page)) and "On its way" not in text_of(staff.get(page))
    assert mail.outbox[-1].subject == f"Order {order.number} is ready to collect"
    assert "You pay €40.00 there." in mail.outbox[-1].body.replace("EUR ", "€")
    text = text_of(shopper.get(order.get_absolute_url()))
    assert "Ready to collect at Alcove shop, Lindenallee 1, 10117 Berlin" in text
    assert "On its way" not in text and "Parcel" not in text
    staff.post(collected)
    order.refresh_from_db()
    assert (order.status, order.status_words) == ("delivered", "Collected")
    text = text_of(shopper.get(order.get_absolute_url()))
    assert "Collected on Wednesday 18 November 2026" in text and ">Delivered<" not in text


def test_ready_twice_is_told_once_and_changes_nothing(commit):
    with commit():
        order = paid_order(shipping_method="collect")
        ship_order(order=order, carrier="")
    with pytest.raises(WrongState):
        ship_order(order=order, carrier="")
    assert Notification.objects.filter(order=order, kind="order_ready").count() == 1
    assert [message.subject for message in mail.outbox].count(
        f"Order {order.number} is ready to collect"
    ) == 1
    assert [event.kind for event in order.events.all()].count("ready") == 1
    assert StockItem.objects.get().on_hand == 9
    for _ in range(2):
        deliver_order(order=order)
    assert order.events.filter(kind="delivered", message="Collected").count() == 1


def test_no_label_is_owed_printed_or_made(commit, local_private_files):
    with commit():
        order = shipped_order(shipping_method="collect")
    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.tracking_number, shipment.label_stored_at) == ("Alcove shop", "", None)
    parcel = shipped_order()
    done = sweep(now=timezone.now())
    assert done["labels filed"] == 1 and done["papers failed"] == 0
    parcel.shipments.get().refresh_from_db()
    assert Shipment.objects.get(order=order).label_stored_at is None
    job = print_papers(orders=[order], packing_slips=False)
    assert job.problems == []
    with pytest.raises(NotFound, match="no label"):
        store_label_file(shipment_id=shipment.pk)


def test_programs_put_it_ready_without_naming_a_carrier():
    order = change_status(order=paid_order(shipping_method="collect"), status="shipped")
    assert (order.status, order.status_words) == ("shipped", "Ready to collect")
    assert Shipment.objects.get().carrier == "Alcove shop"


def test_the_order_keeps_the_place_as_it_was():
    order = OrderFactory(shipping_method="collect")
    ShippingMethod.objects.filter(code="collect").update(line1="Elsewhere 2", opening_hours="never")
    order.refresh_from_db()
    assert order.pickup_address.line1 == "Lindenallee 1" and order.opening_hours == "Mon-Sat 10-19"
    assert order.delivery_address.name == "Nora Nagel"
    assert not OrderFactory().is_collect


def test_what_is_collected_is_taxed_where_it_is_collected(shopper):
    """Nineteen per cent at the counter in Berlin, whatever France would take."""
    TaxRate.objects.create(country="FR", tax_class="standard", rate=Decimal(20), valid_from="2021-01-01")
    shopper.post(ADDRESS, WHERE | {"country": "FR", "postal_code": "75001", "city": "Paris"})
    shopper.post(DELIVERY, {"shipping_method": "collect"})
    quote = shopper.get(REVIEW).context["view"].quote
    assert [(share.rate, share.tax) for share in quote.taxes] == [(Decimal(19), Decimal("6.39"))]


def test_an_order_to_collect_is_cancelled_like_any_other():
    order = OrderFactory(shipping_method="collect")
    assert cancel_order(order=order, reason="changed my mind").status == "cancelled"
    assert StockItem.objects.get().held == 0


def test_a_parcel_is_not_handed_over_the_counter(commit):
    order = shipped_order()
    staff = StaffFactory()
    from django.test import Client

    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": "collected"})
    assert "is sent, not collected" in text_of(client.post(url, follow=True))
    order.refresh_from_db()
    assert order.status == "shipped"


def test_money_that_was_waited_for_moves_the_promise(time_machine):
    order = OrderFactory()
    assert (str(order.promised_from), str(order.promised_until)) == ("2026-11-19", "2026-11-20")
    time_machine.move_to("2026-11-20T16:00:00Z", tick=False)
    confirm_payment(payment=Payment.objects.get(order=order))
    order.refresh_from_db()
    assert (str(order.promised_from), str(order.promised_until)) == ("2026-11-24", "2026-11-25")


def test_money_that_came_at_once_leaves_the_promise_as_it_was(time_machine):
    order = OrderFactory()
    time_machine.move_to("2026-11-18T12:00:00Z", tick=False)
    confirm_payment(payment=Payment.objects.get(order=order))
    order.refresh_from_db()
    assert (str(order.promised_from), str(order.promised_until)) == ("2026-11-19", "2026-11-20")
