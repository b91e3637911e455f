"""Returns under real parallelism, each with its control: without the guard the rule breaks."""

from decimal import Decimal
from itertools import count

import pytest
from django.db.models import F

from ecommerce.lib.errors import DomainError
from orders.models import OrderLine, Return
from orders.services import returns
from orders.services.return_steps import approve_return, receive_return
from orders.services.returns import request_return
from orders.tests.factories import paid_order, shipped_order
from orders.tests.test_races import race
from payments.models import Payment, Refund
from payments.services.returns import refund_return
from payments.services.withdrawal import withdraw

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def ask(order, pieces, key=""):
    lines = {order.lines.get().pk: (pieces, "other", "")}
    return lambda: request_return(order=order, lines=lines, key=key)


def test_requests_that_meet_never_take_back_more_than_was_sent():
    order = shipped_order(quantity=3)
    results = race(*[ask(order, 2)] * 4)
    assert sum(isinstance(result, Return) for result in results) == 1
    assert {error.code for error in results if isinstance(error, DomainError)} == {"too_many"}
    assert (order.lines.get().quantity_returned, Return.objects.count()) == (2, 1)


def test_control_without_the_guard_more_is_asked_back_than_was_sent(monkeypatch):
    """Deciding on the count that was read before the race."""
    order = shipped_order(quantity=3)
    seen = order.lines.get()

    def claim_what_was_seen(order, line_id, pieces):
        if returns.left_to_return(seen) >= pieces:
            OrderLine.objects.filter(pk=line_id).update(quantity_returned=seen.quantity_returned + pieces)

    monkeypatch.setattr(returns, "claim_pieces", claim_what_was_seen)
    race(*[ask(order, 2)] * 2)
    asked = sum(row.quantity for made in Return.objects.all() for row in made.lines.all())
    assert asked == 4 > order.lines.get().quantity_shipped


def test_the_same_request_sent_at_once_asks_once():
    order = shipped_order(quantity=3)
    results = race(*[ask(order, 1, key="f" * 32)] * 4)
    assert len({made.pk for made in results}) == 1
    assert Return.objects.count() == order.lines.get().quantity_returned == 1


def arrived(order, pieces):
    made = ask(order, pieces)()
    approve_return(return_=made)
    return receive_return(return_=made, received={made.lines.get().pk: (pieces, pieces)})


def test_refunds_pressed_at_once_send_the_money_once():
    order = shipped_order(quantity=4)
    made = arrived(order, 1)
    race(*[lambda: refund_return(return_=made)] * 4)
    assert Refund.objects.get().amount == Decimal("20.00")
    assert Payment.objects.get(order=order).refunded_amount == Decimal("20.00")
    made.refresh_from_db()
    assert made.status == "refunded"
    assert order.events.filter(kind="return_refunded").count() == 1


def test_control_with_a_key_for_each_press_the_money_goes_twice(monkeypatch):
    order = shipped_order(quantity=4)
    made, presses = arrived(order, 1), count()
    monkeypatch.setattr("payments.services.returns._key", lambda return_: f"return-{next(presses)}")
    race(*[lambda: refund_return(return_=made)] * 2)
    assert Payment.objects.get(order=order).refunded_amount == Decimal("40.00")


def test_returns_of_one_order_refunded_at_once_add_up_to_the_line():
    order = shipped_order(quantity=3)
    OrderLine.objects.filter(order=order).update(total=Decimal("10.00"))
    parts = [arrived(order, 1) for _ in range(3)]
    results = race(*[lambda made=made: refund_return(return_=made, refund_shipping=False) for made in parts])
    amounts = sorted(result.refund_amount for result in results)
    assert amounts == [Decimal("3.33"), Decimal("3.33"), Decimal("3.34")]
    assert Payment.objects.get(order=order).refunded_amount == Decimal("10.00")


def test_delivery_that_two_returns_want_back_at_once_goes_once():
    order = shipped_order(quantity=2)
    parts = [arrived(order, 1) for _ in range(2)]
    race(*[lambda made=made: refund_return(return_=made, refund_shipping=True) for made in parts])
    assert Return.objects.filter(refund_shipping=True).count() == 1
    payment = Payment.objects.get(order=order)
    assert payment.refunded_amount == payment.amount == Decimal("43.90")


def test_a_withdrawal_pressed_at_once_cancels_and_pays_back_once():
    order = paid_order()
    lines = [order.lines.get().pk]
    results = race(*[lambda: withdraw(order=order, name="N", email=order.email, line_ids=lines)] * 3)
    assert len({made.pk for made in results}) == 1
    assert Refund.objects.count() == 1 and order.events.filter(kind="cancelled").count() == 1
    assert not OrderLine.objects.filter(quantity_returned__gt=F("quantity_shipped")).exists()
