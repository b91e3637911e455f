"""Two people press the same button: a refund is asked for once, and ends in one way."""

from functools import partial

import pytest
from django.db.models import F

from orders.models import Order
from orders.tests.test_races import race
from payments.models import DemoRefund, Payment, Refund
from payments.services import receiving, refund_repairs, refunds
from payments.services.refund_repairs import give_up_refund, retry_refund, sent_by_hand
from payments.tests.reconciling import authorised, failed_refund, kinds

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def fresh(refund):
    """The refund as one more person sees it."""
    return Refund.objects.select_related("payment__order").get(pk=refund.pk)


def test_a_failed_refund_pressed_twice_is_asked_for_once():
    refund = failed_refund()
    seen = [fresh(refund) for _ in range(4)]
    race(*[partial(retry_refund, refund=one) for one in seen])
    refund.refresh_from_db()
    assert (refund.status, refund.attempts, DemoRefund.objects.count()) == ("done", 1, 1)
    order = Order.objects.get()
    assert order.amount_paid == order.total - 5


def test_control_without_the_guard_each_press_makes_a_try_of_its_own(monkeypatch):
    """Another try has another key, so the bank would send the money once for each."""

    def unguarded(*, refund, actor):
        Refund.objects.filter(pk=refund.pk).update(status="pending", attempts=F("attempts") + 1)
        return True

    refund = failed_refund()
    seen = [fresh(refund), fresh(refund)]
    monkeypatch.setattr(refund_repairs, "_begin_again", unguarded)
    for one in seen:
        retry_refund(refund=one)
    assert DemoRefund.objects.count() == 2


def test_giving_up_and_sending_by_hand_at_once_ends_in_one_of_them():
    refund = failed_refund()
    results = race(
        *[lambda: give_up_refund(refund=fresh(refund), note_text="x")] * 2,
        *[lambda: sent_by_hand(refund=fresh(refund))] * 2,
    )
    refund.refresh_from_db()
    payment, order = Payment.objects.get(), Order.objects.get()
    assert sum(isinstance(result, Refund) for result in results) == 2
    sent = 5 if refund.status == "done" else 0
    assert refund.status in ("done", "given_up")
    assert (payment.refunded_amount, order.amount_paid) == (sent, order.total - sent)
    assert kinds() == []


def test_giving_up_while_the_bank_sends_it_keeps_the_books_right():
    refund = failed_refund()
    asked = fresh(refund)
    race(
        lambda: retry_refund(refund=asked),
        lambda: give_up_refund(refund=fresh(refund), note_text="x"),
    )
    refund.refresh_from_db()
    payment, order = Payment.objects.get(), Order.objects.get()
    sent = 5 if DemoRefund.objects.exists() else 0
    assert (refund.status, payment.refunded_amount) == ("done" if sent else "given_up", sent)
    assert order.amount_paid == order.total - sent


def test_the_banks_answer_that_comes_after_giving_up_is_booked():
    """The order of things that a race may bring, told one by one."""
    refund = failed_refund()
    late = fresh(refund)
    give_up_refund(refund=refund, note_text="x")
    refunds.complete_refund(refund=late)
    late.refresh_from_db()
    assert (late.status, Payment.objects.get().refunded_amount) == ("done", 5)


def test_money_that_staff_saw_pressed_twice_is_booked_once():
    order, _ = authorised()
    due = order.amount_due
    race(
        *[lambda: receiving.receive_payment(order=Order.objects.get(pk=order.pk), amount=due - 1, due=due)]
        * 3
    )
    order.refresh_from_db()
    assert (order.amount_paid, order.amount_due) == (due - 1, 1)
