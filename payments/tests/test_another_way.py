"""A shopper who has gone to one gateway and would rather pay in another way."""

import pytest
from django.urls import reverse

from orders.tests.factories import OrderFactory
from payments.gateways.demo.gateway import decide
from payments.models import DemoTransaction, Payment
from payments.services.payments import call_off_payment, close_at_gateway, start_payment
from payments.services.receiving import receive_payment
from payments.services.sweep import sweep
from payments.tests.test_payments import later

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def payment():
    payment = Payment.objects.get(order=OrderFactory(payment_method="demo"))
    start_payment(payment=payment)
    payment.refresh_from_db()
    return payment


def choose(client, order, way):
    return client.post(reverse("payments:start", args=[order.token]), {"payment_method": way})


def test_the_other_way_is_offered_and_ends_the_first_one_at_its_bank(client, payment):
    order = payment.order
    page = client.get(reverse("payments:start", args=[order.token])).content.decode()
    assert "Pay another way" in page and 'value="bank_transfer"' in page
    assert choose(client, order, "bank_transfer").status_code == 302
    payment.refresh_from_db()
    order.refresh_from_db()
    assert payment.status == "cancelled" and payment.closed_at_gateway is not None
    assert DemoTransaction.objects.get().decision == "cancelled"
    assert order.payment_method == "bank_transfer"
    assert Payment.objects.get(live_for=order.pk).gateway == "bank_transfer"


def test_what_was_paid_at_the_bank_meanwhile_counts_and_no_other_payment_is_opened(client, payment):
    decide(reference=payment.reference, approve=True)
    answer = choose(client, payment.order, "bank_transfer")
    assert answer["Location"] == reverse("orders:confirmation", args=[payment.order.token])
    payment.refresh_from_db()
    payment.order.refresh_from_db()
    assert (payment.status, payment.order.payment_status) == ("captured", "paid")
    assert Payment.objects.count() == 1


def test_the_same_way_leads_back_to_the_same_payment(client, payment):
    assert choose(client, payment.order, "demo")["Location"] == reverse(
        "payments:demo_bank", args=[payment.reference]
    )
    assert Payment.objects.count() == 1


def test_what_was_called_off_is_ended_at_the_bank_by_the_sweep_once(payment):
    call_off_payment(payment=payment, reason="not wanted")
    assert sweep(now=later())["payments ended"] == 1
    assert DemoTransaction.objects.get().decision == "cancelled"
    assert sweep(now=later())["payments ended"] == 0


def test_money_that_came_before_the_bank_heard_of_it_is_booked(payment):
    payment = call_off_payment(payment=payment, reason="not wanted")
    decide(reference=payment.reference, approve=True)
    assert close_at_gateway(payment=payment).status == "captured"
    payment.order.refresh_from_db()
    assert payment.order.payment_status == "paid"


def test_the_demo_bank_is_closed_outside_demo_mode(client, payment, settings):
    settings.DEMO_MODE = False
    page = client.get(reverse("payments:start", args=[payment.order.token])).content.decode()
    assert 'value="demo"' not in page and 'value="bank_transfer"' in page
    answer = choose(client, payment.order, "demo")
    assert answer.status_code == 400, "it is no way to pay any more"
    assert client.get(reverse("payments:demo_bank", args=[payment.reference])).status_code == 404


def test_money_staff_saw_themselves_is_not_booked_as_the_banks(payment):
    """The order waits at the bank, and the customer has transferred the money meanwhile."""
    received = receive_payment(order=payment.order)
    payment.refresh_from_db()
    assert (received.gateway, received.status) == ("bank_transfer", "captured")
    assert payment.status == "cancelled"
    decide(reference=payment.reference, approve=True)
    sweep(now=later())
    payment.refresh_from_db()
    assert (payment.status, payment.refunded_amount) == ("captured", payment.amount), (
        "paid twice: it goes back"
    )
    payment.order.refresh_from_db()
    assert payment.order.payment_status == "paid"
