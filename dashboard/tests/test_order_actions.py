"""The steps staff take with one order: who may, what happens, what is said when it cannot."""

import pytest
from django.urls import reverse

from dashboard.order_actions import ACTIONS
from dashboard.tests.conftest import sign_in, staff_with
from ecommerce.lib.money import ZERO
from orders.models import Order
from orders.services.picking import start_picking
from orders.tests.factories import OrderFactory, paid_order, shipped_order
from payments.gateways.base import Fetched
from payments.gateways.demo.gateway import decide
from payments.models import Payment, Refund
from payments.services.payments import authorise_payment, start_payment

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def authorised_order():
    """An order whose money is promised, and waits at the demo bank to be taken."""
    order = OrderFactory(payment_method="demo")
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    decide(reference=payment.reference, approve=True)
    authorise_payment(payment=payment, fetched=Fetched(status="authorised"))
    return order


PREPARED = {
    "capture": authorised_order,
    "confirm-payment": OrderFactory,
    "process": lambda: OrderFactory(payment_method="cash_on_delivery"),
    "pick": paid_order,
    "ship": paid_order,
    "stop-picking": lambda: start_picking(order=paid_order()),
    "deliver": shipped_order,
    "ready": lambda: paid_order(shipping_method="collect"),
    "collected": lambda: shipped_order(shipping_method="collect"),
    "cancel": paid_order,
    "refund": shipped_order,
}
ANSWERS = {
    "ship": {"carrier": "DHL", "tracking_number": "JJD1"},
    "cancel": {"reason": "Changed their mind"},
    "refund": {"reason": "Arrived broken"},
}
RESULT = {
    "capture": ("processing", "paid"),
    "confirm-payment": ("processing", "paid"),
    "process": ("processing", "unpaid"),
    "pick": ("processing", "paid"),
    "ship": ("shipped", "paid"),
    "stop-picking": ("processing", "paid"),
    "deliver": ("delivered", "paid"),
    "ready": ("shipped", "paid"),
    "collected": ("delivered", "paid"),
    "cancel": ("cancelled", "refunded"),
    "refund": ("refunded", "refunded"),
}


def address(order, code):
    return reverse("admin:orders_order_act", kwargs={"pk": order.pk, "code": code})


def answers(order, code):
    pieces = {f"quantity_{line.pk}": line.quantity for line in order.lines.all()} if code == "ship" else {}
    if code == "confirm-payment":
        return {"amount": order.amount_due, "due": order.amount_due}
    return ANSWERS.get(code, {}) | pieces


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("code", list(ACTIONS))
def test_the_step_is_taken_by_whoever_pressed_the_button(staff, owner, code):
    order = PREPARED[code]()
    response = staff.post(address(order, code), answers(order, code), follow=True)
    assert said(response) == [f"Order {order.number} is {ACTIONS[code].done}."]
    order.refresh_from_db()
    assert (order.status, order.payment_status) == RESULT[code]
    assert order.events.filter(actor=owner, actor_label="Olive Owner").exists()


@pytest.mark.parametrize("code", list(ACTIONS))
def test_a_step_whose_time_is_over_is_refused_in_words(staff, code):
    order = PREPARED[code]()
    Order.objects.filter(pk=order.pk).update(
        status="refunded", payment_status="refunded", fulfilment_status="fulfilled"
    )
    Payment.objects.filter(order=order).update(status="captured", refunded_amount=order.total)
    response = staff.post(address(order, code), answers(order, code), follow=True)
    [words] = said(response)
    assert order.number in words
    order.refresh_from_db()
    assert order.status == "refunded"


@pytest.mark.parametrize("code", list(ACTIONS))
def test_without_the_permission_nothing_happens(code):
    """Each step asks for all its permissions: whoever lacks one of them is refused."""
    order = PREPARED[code]()
    before = (order.status, order.payment_status)
    for left_out in ACTIONS[code].permissions:
        others = [name for name in ACTIONS[code].permissions if name != left_out]
        client = sign_in(staff_with("orders.view_order", *others))
        assert client.post(address(order, code), answers(order, code)).status_code == 403
        page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
        assert address(order, code) not in page
    order.refresh_from_db()
    assert (order.status, order.payment_status) == before


def test_cancelling_a_paid_order_needs_the_permission_to_send_money():
    order = paid_order()
    picker = sign_in(staff_with("orders.view_order", "orders.change_order"))
    response = picker.post(address(order, "cancel"), ANSWERS["cancel"], follow=True)
    assert "sends money back, which you may not do" in said(response)[0]
    assert Order.objects.get(pk=order.pk).status == "processing"

    unpaid = OrderFactory()
    picker.post(address(unpaid, "cancel"), ANSWERS["cancel"])
    assert Order.objects.get(pk=unpaid.pk).status == "cancelled"


@pytest.mark.parametrize("code", ["ship", "cancel", "refund"])
def test_what_cannot_be_taken_back_is_confirmed_on_a_page_first(staff, code):
    order = PREPARED[code]()
    before = order.status
    assert staff.get(address(order, code)).status_code == 200
    assert Order.objects.get(pk=order.pk).status == before


@pytest.mark.parametrize("code", ["capture", "process", "pick", "stop-picking", "deliver"])
def test_nothing_happens_on_a_get(staff, code):
    order = PREPARED[code]()
    assert staff.get(address(order, code)).status_code == 404
    assert Order.objects.get(pk=order.pk).status == order.status


def test_cancelling_warns_of_the_money(staff):
    assert "sends the whole payment back" in staff.get(address(paid_order(), "cancel")).content.decode()


def test_a_reason_is_asked_for(staff):
    order = paid_order()
    response = staff.post(address(order, "cancel"), {"reason": " "})
    assert "Error: Cancel order" in response.content.decode()
    assert Order.objects.get(pk=order.pk).status == "processing"


def test_a_part_of_an_order_can_be_sent(staff):
    order = paid_order(quantity=3)
    line = order.lines.get()
    staff.post(address(order, "ship"), {"carrier": "DHL", f"quantity_{line.pk}": 1})
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.status, order.fulfilment_status, line.quantity_shipped) == ("processing", "partial", 1)
    response = staff.post(address(order, "ship"), {"carrier": "DHL", f"quantity_{line.pk}": 3})
    assert response.context["form"].errors
    staff.post(address(order, "ship"), {"carrier": "DHL", f"quantity_{line.pk}": 2})
    assert Order.objects.get(pk=order.pk).status == "shipped"


def test_shipping_takes_an_order_paid_at_the_door_in_hand(staff):
    order = OrderFactory(payment_method="cash_on_delivery")
    staff.post(address(order, "ship"), answers(order, "ship"))
    assert Order.objects.get(pk=order.pk).status == "shipped"


def test_refunding_twice_sends_the_money_once(staff):
    order = shipped_order()
    for _ in range(2):
        staff.post(address(order, "refund"), ANSWERS["refund"])
    refund = Refund.objects.get()
    assert refund.amount == order.total > ZERO


def test_money_is_confirmed_on_a_new_payment_when_none_is_open(staff):
    order = OrderFactory()
    Payment.objects.filter(order=order).update(status="failed", live_for=None)
    staff.post(address(order, "confirm-payment"), answers(order, "confirm-payment"))
    assert Payment.objects.get(order=order, status="captured").amount == order.total


def test_an_unknown_order_or_step_is_404(staff):
    assert staff.get("/admin/orders/order/999999/change/").status_code == 404
    assert staff.get("/admin/orders/order/abc/change/").status_code == 404
    assert staff.post(address(OrderFactory(), "teleport")).status_code == 404


# Sending all of the money back is offered on the page for sending a part of it.
@pytest.mark.parametrize("code", [code for code in ACTIONS if code != "refund"])
def test_the_button_of_the_order_page_leads_to_questions_or_takes_the_step(staff, code):
    """A step that asks for something is a link to an empty form; any other is sent at once."""
    order = PREPARED[code]()
    page = staff.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    asks = ACTIONS[code].form_class is not None
    assert (f'href="{address(order, code)}"' in page) == asks
    assert (f'action="{address(order, code)}"' in page) != asks
    if asks:
        form = staff.get(address(order, code)).context["form"]
        assert not form.is_bound
        for line in order.lines.all() if code == "ship" else ():
            assert form[f"quantity_{line.pk}"].value() == line.quantity
