"""Refunds under real parallelism, each with its control: without the guard the rule breaks."""

from decimal import Decimal

import pytest
from django.db.models import F

from ecommerce.lib.errors import DomainError
from orders.models import CreditNote, InvoiceCounter
from orders.tests.factories import shipped_order
from orders.tests.test_races import race
from payments.models import Payment, Refund
from payments.services import refunding, refunds
from payments.services.refund_parts import worth_of
from payments.services.refunding import refund_parts
from payments.services.refunds import book_refund
from payments.services.returns import refund_return
from payments.tests.test_return_races import arrived, ask

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def send(order, key, **what):
    return lambda: refund_parts(order=order, reason="Sorry", key=key, **what)


def test_partial_refunds_that_meet_never_send_more_than_came_in():
    order = shipped_order()  # 23.90
    results = race(*[send(order, f"k{n}", amount=Decimal("9.00")) for n in range(5)])
    assert sum(isinstance(result, list) for result in results) == 2
    assert {error.code for error in results if isinstance(error, DomainError)} == {"above_captured"}
    assert Payment.objects.get(order=order).refunded_amount == 18
    assert sorted(CreditNote.objects.values_list("sequence", flat=True)) == [1, 2]
    assert InvoiceCounter.objects.get(kind="credit_note").last == 2


def test_control_without_the_guard_more_goes_back_than_came_in(monkeypatch):
    """Deciding on what was read before the race, without claiming it."""
    order = shipped_order()
    seen = refunds.shares_of(order=order, amount=Decimal("20.00"))

    def claim_what_was_seen(*, payment, amount, reason, key, about, credits_first):
        return Refund.objects.create(payment=payment, amount=amount, reason=reason, key=key)

    monkeypatch.setattr(refunds, "shares_of", lambda **asked: seen)
    monkeypatch.setattr(refunds, "_claim", claim_what_was_seen)
    race(*[send(order, f"k{n}", amount=Decimal("20.00")) for n in range(2)])
    sent = sum(refund.amount for refund in Refund.objects.filter(status="done"))
    assert sent == 40 > Payment.objects.get(order=order).amount


def test_the_same_key_pressed_at_once_sends_once():
    order = shipped_order(quantity=3)
    lines = {order.lines.get().pk: 1}
    race(*[send(order, "one", lines=lines) for _ in range(4)])
    assert Refund.objects.get().amount == 20 and CreditNote.objects.get().amount == 20
    assert order.lines.get().quantity_refunded == 1


def test_a_piece_that_a_return_and_refunds_want_at_once_goes_to_one_of_them():
    order = shipped_order()
    line = order.lines.get()
    wanted = [send(order, key, lines={line.pk: 1}) for key in ("one", "two")]
    results = race(ask(order, 1), *wanted)
    assert sum(isinstance(result, DomainError) for result in results) == 2
    line.refresh_from_db()
    assert line.quantity_refunded + line.quantity_returned == line.quantity_shipped == 1


def test_delivery_that_is_asked_for_at_once_goes_once():
    order = shipped_order(quantity=2)
    made, fee = arrived(order, 1), Decimal("3.90")
    asked = [send(order, f"k{n}", shipping=fee) for n in range(3)]
    race(lambda: refund_return(return_=made, refund_shipping=True), *asked)
    assert Payment.objects.get(order=order).refunded_amount == Decimal("23.90")


def test_control_without_the_guard_a_piece_is_paid_back_twice(monkeypatch):
    order = shipped_order(quantity=2)
    line = order.lines.get()
    seen = worth_of(order, lines={line.pk: 2})
    monkeypatch.setattr(refunding, "worth_of", lambda order, **asked: seen)
    monkeypatch.setattr(refunding, "_claim_pieces", lambda order, pieces: None)
    Payment.objects.filter(order=order).update(amount=F("amount") * 2)
    race(*[send(order, f"k{n}", lines={line.pk: 2}) for n in range(2)])
    assert Payment.objects.get(order=order).refunded_amount == 80


def test_with_the_guard_alone_the_second_is_refused(monkeypatch):
    """The same as the control, with the guarded UPDATE in place."""
    order = shipped_order(quantity=2)
    line = order.lines.get()
    seen = worth_of(order, lines={line.pk: 2})
    monkeypatch.setattr(refunding, "worth_of", lambda order, **asked: seen)
    Payment.objects.filter(order=order).update(amount=F("amount") * 2)
    race(*[send(order, f"k{n}", lines={line.pk: 2}) for n in range(2)])
    assert Payment.objects.get(order=order).refunded_amount == 40


def test_a_refund_booked_at_once_by_event_and_page_has_one_credit_note():
    order = shipped_order()
    payment = Payment.objects.get(order=order)
    refund = Refund.objects.create(payment=payment, amount=5, credit=5, reason="Sorry", key="k")
    race(*[lambda: book_refund(refund=refund, external_id="x")] * 4)
    assert CreditNote.objects.get().amount == 5 and order.events.filter(kind="refunded").count() == 1
