"""Stripe's messages and the shopper arrive at once: one payment, one email."""

import uuid

import pytest
from django.db import IntegrityError
from django.test import Client

from orders.models import Notification
from orders.tests.test_races import race
from payments.models import GatewayEvent, Payment
from payments.services.payments import capture_payment, settle
from payments.tests.stripe_shop import order_at_stripe, return_url, things, webhook_url

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


@pytest.fixture
def placed(fake_stripe, live_server):
    fake_stripe.tell("settings", webhook_url=webhook_url(live_server), send=False)
    return order_at_stripe()


def test_ten_copies_of_a_message_at_once_are_one_payment_and_one_email(fake_stripe, placed):
    order, payment = placed
    fake_stripe.tell("pay")
    answers = fake_stripe.tell("send", kinds=["checkout.session.completed"], times=10, at_once=True)
    assert [answer["status"] for answer in answers] == [200] * 10
    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, order.payment_status, order.amount_paid) == ("captured", "paid", order.total)
    assert GatewayEvent.objects.count() == 1
    assert order.events.filter(kind="paid").count() == 1
    row = order.notifications.get(kind=Notification.Kind.ORDER_PAID)
    assert row.attempts == 1 and row.sent_at


def test_control_without_the_unique_id_copies_are_stored_and_worked_on(fake_stripe, placed, monkeypatch):
    """What the stored id is for: nothing else keeps a copy from being stored and worked on."""
    order, payment = placed
    fake_stripe.tell("pay")
    monkeypatch.setattr(GatewayEvent, "save", _store_under_another_id)
    fake_stripe.tell("send", kinds=["checkout.session.completed"], times=3, at_once=True)
    assert GatewayEvent.objects.count() > 1


_SAVE = GatewayEvent.save


def _store_under_another_id(row, **how):
    row.event_id = f"{row.event_id}-{uuid.uuid4().hex}"
    _SAVE(row, **how)


def test_all_messages_and_the_return_at_once_converge(fake_stripe, placed):
    order, payment = placed
    fake_stripe.tell("pay")

    def come_back():
        return Client().get(return_url(payment)).status_code

    def be_told():
        return fake_stripe.tell("send", at_once=True, newest_first=True)

    statuses = race(come_back, be_told, come_back, be_told)
    assert statuses[0] == statuses[2] == 302
    assert {answer["status"] for answer in statuses[1] + statuses[3]} == {200}
    order.refresh_from_db()
    assert (order.payment_status, order.events.filter(kind="paid").count()) == ("paid", 1)


def test_taken_by_two_at_once_it_is_taken_once(fake_stripe, placed, settings):
    settings.STRIPE_CAPTURE = "manual"
    order, payment = order_at_stripe()
    fake_stripe.tell("authorise", session=payment.external_id)
    settle(payment=payment)
    race(*[lambda: capture_payment(payment=Payment.objects.get(pk=payment.pk))] * 4)
    order.refresh_from_db()
    assert (order.payment_status, order.amount_paid) == ("paid", order.total)
    assert [one["amount_captured"] for one in things(fake_stripe, "charge")] == [order.total * 100]


def test_the_database_itself_refuses_a_second_copy_of_a_message():
    GatewayEvent.objects.create(gateway="stripe", event_id="evt_1", kind="x")
    with pytest.raises(IntegrityError):
        GatewayEvent.objects.create(gateway="stripe", event_id="evt_1", kind="x")
