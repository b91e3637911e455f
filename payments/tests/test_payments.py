"""Payments: one order, one payment, money recorded once, money back once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from orders.models import Notification, Order
from orders.services.orders import cancel_order
from orders.tests.factories import OrderFactory, cart_with, paid_order, total_of
from payments.gateways.base import Event, GatewayError
from payments.gateways.demo.gateway import decide
from payments.models import DemoRefund, DemoTransaction, GatewayEvent, Payment, Refund
from payments.services.events import handle_event
from payments.services.orders import cancel_and_refund, place_and_pay
from payments.services.payments import (
    AmountMismatch,
    confirm_payment,
    create_payment,
    fail_payment,
    start_payment,
)
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, paid_at_stripe, things

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def order():
    return OrderFactory(payment_method="demo")


@pytest.fixture
def payment(order):
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    return payment


def later():
    return timezone.now() + timedelta(minutes=10)


def event(payment, event_id="evt_1", kind="payment.approved"):
    return handle_event(
        gateway="demo", event=Event(event_id=event_id, kind=kind, reference=payment.reference)
    )


def test_order_and_payment_are_written_together_or_not_at_all(settings):
    cart = cart_with()
    with pytest.raises(BadInput):
        place_and_pay(cart=cart, confirmed_total=total_of(cart), payment_method="gold")
    assert not Order.objects.exists() and not Payment.objects.exists()
    order, payment = place_and_pay(cart=cart, confirmed_total=total_of(cart), payment_method="demo")
    again = place_and_pay(cart=cart, confirmed_total=None, payment_method="bank_transfer")
    assert again == (order, payment)
    assert (payment.amount, payment.currency, payment.status) == (order.total, "EUR", "pending")


def test_an_order_that_costs_nothing_is_paid_at_once():
    from orders.services.cart import add_coupon
    from orders.tests.factories import DiscountFactory

    cart = cart_with()
    add_coupon(cart=cart, code=DiscountFactory(code="ALL", percent=100).code)
    DiscountFactory(code="", name="Free delivery", kind="free_shipping")
    order, payment = place_and_pay(cart=cart, confirmed_total=Decimal(0), payment_method="demo")
    assert (payment, order.payment_status, order.status) == (None, "paid", "processing")


def test_starting_again_leads_to_the_same_place(payment):
    assert start_payment(payment=payment) == start_payment(payment=payment)
    assert DemoTransaction.objects.count() == 1


def test_confirming_twice_counts_once(payment, order):
    confirm_payment(payment=payment)
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "paid")
    assert order.events.filter(kind="paid").count() == 1
    assert order.notifications.filter(kind=Notification.Kind.ORDER_PAID).count() == 1


@pytest.mark.parametrize(("amount", "currency"), [(Decimal("1.00"), "EUR"), (None, "USD")])
def test_another_amount_or_currency_is_not_booked(payment, amount, currency):
    with pytest.raises(AmountMismatch):
        confirm_payment(payment=payment, amount=amount or payment.amount, currency=currency)
    payment.refresh_from_db()
    assert payment.status == "pending"


def test_a_mismatch_at_the_bank_is_flagged_once_for_staff(payment, order):
    decide(reference=payment.reference, approve=True)
    DemoTransaction.objects.update(amount=Decimal("1.00"))
    for number in range(3):
        event(payment, f"evt_{number}")
    order.refresh_from_db()
    assert order.payment_status == "unpaid"
    (flag,) = order.events.filter(kind="payment_flagged")
    assert not flag.is_public and "€1.00" in flag.message


def test_an_event_counts_once_and_says_nothing_by_itself(payment, order):
    assert event(payment) is True
    order.refresh_from_db()
    assert order.payment_status == "unpaid", "the bank itself says nobody has approved"
    decide(reference=payment.reference, approve=True)
    assert event(payment) is False, "known already"
    assert event(payment, "evt_2") is True
    order.refresh_from_db()
    assert order.payment_status == "paid"


def test_an_event_for_an_unknown_payment_is_kept():
    handle_event(gateway="demo", event=Event(event_id="evt_9", kind="payment.approved", reference="pay_x"))
    assert GatewayEvent.objects.get().outcome == "no such payment"


def test_a_declined_payment_makes_room_for_another(payment, order):
    fail_payment(payment=payment, reason="The bank declined the payment.")
    fail_payment(payment=payment, reason="again")
    other = create_payment(order=order, gateway="bank_transfer")
    assert other != payment and other.gateway == "bank_transfer"
    assert order.events.filter(kind="payment_failed").count() == 1


def test_money_that_comes_after_giving_up_is_recorded(payment, order):
    fail_payment(payment=payment, reason="The bank declined the payment.")
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert order.payment_status == "paid"


def test_a_payment_nobody_came_back_from_is_found_by_the_sweep(payment, order):
    decide(reference=payment.reference, approve=True)
    assert sweep(now=timezone.now())["payments settled"] == 0
    assert sweep(now=later())["payments settled"] == 1
    assert sweep(now=later())["payments settled"] == 0
    order.refresh_from_db()
    assert order.payment_status == "paid"


def test_paid_after_cancelling_goes_back_by_the_sweep_once(payment, order):
    cancel_order(order=order, reason="the payment did not arrive in time")
    decide(reference=payment.reference, approve=True)
    for _ in range(2):
        sweep(now=later())
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert DemoRefund.objects.get().amount == order.total


def test_paid_twice_the_second_goes_back(payment, order):
    start_payment(payment=payment)
    decide(reference=payment.reference, approve=True)
    fail_payment(payment=payment, reason="it seemed so")
    second = create_payment(order=order, gateway="demo")
    start_payment(payment=second)
    decide(reference=second.reference, approve=True)
    confirm_payment(payment=second)
    confirm_payment(payment=payment)
    sweep(now=later())
    order.refresh_from_db()
    payment.refresh_from_db()
    assert order.payment_status == "paid"
    assert (payment.refunded_amount, DemoRefund.objects.count()) == (order.total, 1)


def test_open_payments_of_cancelled_orders_are_called_off(payment, order):
    cancel_order(order=order, reason="changed my mind")
    sweep(now=later())
    payment.refresh_from_db()
    assert (payment.status, payment.live_for) == ("cancelled", None)


def test_refunds_never_exceed_what_came_in_and_a_key_counts_once():
    order = paid_order()
    payment = Payment.objects.get(order=order)
    for _ in range(2):
        refund_payment(payment=payment, amount=Decimal("3.90"), reason="late", key="one")
    order.refresh_from_db()
    assert order.payment_status == "partly_refunded"
    with pytest.raises(DomainError, match="At most €20.00") as refused:
        refund_payment(payment=payment, amount=Decimal("20.01"), reason="all", key="two")
    assert refused.value.code == "above_captured"
    with pytest.raises(BadInput):
        refund_payment(payment=payment, amount=Decimal(0), reason="none", key="three")
    refund_payment(payment=payment, amount=Decimal("20.00"), reason="all", key="four")
    order.refresh_from_db()
    payment.refresh_from_db()
    assert (order.payment_status, payment.refunded_amount) == ("refunded", payment.amount)
    assert Refund.objects.count() == 2


def test_a_refund_the_gateway_could_not_take_is_sent_by_the_sweep(fake_stripe):
    order, _ = paid_at_stripe(fake_stripe)
    break_stripe(fake_stripe, "/v1/refunds$")
    with pytest.raises(GatewayError):
        cancel_and_refund(order=order, reason="changed my mind")
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "paid")
    sweep(now=later())
    order.refresh_from_db()
    assert order.payment_status == "refunded" and Refund.objects.get().status == "done"
    assert [one["amount"] for one in things(fake_stripe, "refund")] == [int(order.total * 100)]


# --- Pages ----------------------------------------------------------------------------------


def bank(client, payment, choice):
    return client.post(
        reverse("payments:demo_bank", args=[payment.reference]), {"choice": choice}, follow=True
    )


def test_approving_leads_to_the_confirmation(client, payment, order):
    page = bank(client, payment, "approve")
    assert "Thank you, Nora Nagel" in page.content.decode()
    order.refresh_from_db()
    assert order.payment_status == "paid"


def test_declining_keeps_the_order_and_offers_another_try(client, payment, order):
    page = bank(client, payment, "decline")
    text = page.content.decode()
    assert "You have not been charged" in text and "Bank transfer" in text
    again = client.post(reverse("payments:start", args=[order.token]), {"payment_method": "bank_transfer"})
    assert again.status_code == 302
    assert Payment.objects.get(live_for=order.pk).gateway == "bank_transfer"
    assert (
        client.post(reverse("payments:start", args=[order.token]), {"payment_method": "x"}).status_code == 400
    )


def test_never_coming_back_leaves_it_to_the_sweep(client, payment, order):
    bank(client, payment, "gone")
    order.refresh_from_db()
    assert order.payment_status == "unpaid"
    sweep(now=later())
    order.refresh_from_db()
    assert order.payment_status == "paid"


def test_a_forged_return_changes_nothing(client, payment, order):
    page = client.get(reverse("payments:return", args=[payment.reference]) + "?status=success&paid=1")
    assert page.status_code == 202 and "Confirming your payment" in page.content.decode()
    order.refresh_from_db()
    assert order.payment_status == "unpaid"


def test_looking_at_the_bank_charges_nothing(client, payment, order):
    url = reverse("payments:demo_bank", args=[payment.reference])
    assert client.get(f"{url}?choice=approve").status_code == 200
    assert DemoTransaction.objects.get().decision == "waiting"
    assert client.post(url, {"choice": "steal"}).status_code == 400


def test_the_demo_bank_exists_in_demo_mode_only(client, payment, settings):
    settings.DEMO_MODE = False
    assert client.get(reverse("payments:demo_bank", args=[payment.reference])).status_code == 404


def test_strangers_find_no_payment(payment):
    for url in (reverse("payments:start", args=["x" * 43]), reverse("payments:return", args=["pay_x"])):
        assert Client().get(url).status_code == 404


def test_many_transfers_that_wait_do_not_keep_a_card_payment_waiting(monkeypatch):
    monkeypatch.setattr("payments.services.sweep._AT_ONCE", 2)
    for _ in range(3):
        OrderFactory(payment_method="bank_transfer")
    card = Payment.objects.get(order=OrderFactory(payment_method="demo"))
    start_payment(payment=card)
    decide(reference=card.reference, approve=True)
    assert sweep(now=later())["payments settled"] == 1


def test_the_parts_of_a_payment_that_binary_sums_get_wrong_all_go_back(payment):
    """5.30 and 18.60 are 23.90, and a little more for a database that adds in binary."""
    confirm_payment(payment=payment)
    decide(reference=payment.reference, approve=True)
    for number, amount in enumerate((Decimal("5.30"), Decimal("18.60"))):
        refund_payment(payment=payment, amount=amount, reason="a part", key=f"part-{number}")
    payment.refresh_from_db()
    assert (payment.amount, payment.left) == (Decimal("23.90"), 0)
    assert not Payment.objects.filter(refunded_amount__lt=F("amount")).exists()
