"""Two tabs pay a balance; refunds of several parts meet."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from orders.models import Order
from orders.tests.factories import OrderFactory, paid_order
from orders.tests.test_races import race
from payments.models import Payment, Refund
from payments.services import payments
from payments.services.payments import confirm_payment, create_payment
from payments.services.refunds import refund_order, return_surplus
from payments.tests.test_balances import dearer, pay

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def test_two_tabs_pay_a_balance_with_one_payment():
    order = dearer(paid_order())
    results = race(*[lambda: create_payment(order=order)] * 4)
    assert len({payment.pk for payment in results}) == 1
    race(*[lambda: confirm_payment(payment=results[0])] * 3)
    order.refresh_from_db()
    assert (order.amount_due, order.amount_paid) == (0, order.total)


def test_the_database_itself_refuses_a_second_live_payment_of_a_part():
    """The control: without the unique pair the loser of a race would open another."""
    order = dearer(paid_order())
    first = create_payment(order=order)
    with pytest.raises(IntegrityError):
        Payment.objects.create(
            order=order, live_for=order.pk, part=first.part, gateway="demo", amount=1, currency="EUR"
        )
    assert payments.open_payment(order) == first


def test_refunds_of_several_parts_never_exceed_what_came_in():
    order = pay(dearer(paid_order()))
    asked = [
        lambda key=key: refund_order(order=order, amount=Decimal("9.00"), reason="x", key=key)
        for key in ("a", "b", "c", "d", "e")
    ]
    race(*asked)
    order.refresh_from_db()
    sent = sum(refund.amount for refund in Refund.objects.all())
    assert sent == order.total - order.amount_paid <= order.total


def test_what_is_too_much_goes_back_once():
    order = OrderFactory()
    payment = Payment.objects.get(order=order)
    dearer(order, "-5.00")
    confirm_payment(payment=payment)
    race(*[lambda: return_surplus(order=Order.objects.get(pk=order.pk), reason="too much")] * 4)
    assert Refund.objects.get().amount == 5
