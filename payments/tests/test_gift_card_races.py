"""The last euro of a card is spent once, whoever presses at the same time; and the ledger adds up."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from customers.tests.factories import UserFactory
from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.tests.test_races import race
from payments.models import GiftCard, GiftCardEntry, Payment, Refund
from payments.services import gift_card_plan
from payments.services.orders import place_and_pay
from payments.services.refunds import refund_payment, return_everything
from payments.services.store_credit import credit_refund, open_credit
from payments.tests.factories import cart_paid_by, new_card

databases = ["default", "documents"]


def place(cart):
    return lambda: place_and_pay(cart=cart, confirmed_total=None, payment_method="demo")


def adds_up(**which):
    for card in GiftCard.objects.filter(**which).annotate(sum=Sum("entries__amount")):
        assert card.balance == (card.sum or 0) >= 0, card
        came = sum((entry.amount for entry in card.entries.all() if entry.amount > 0), Decimal(0))
        assert card.put_on == came


@pytest.mark.django_db(transaction=True, databases=databases)
def test_the_last_euro_is_spent_once():
    card = new_card("1.00")
    results = race(*[place(cart) for cart in [cart_paid_by(card) for _ in range(5)]])
    assert Payment.objects.filter(gateway="gift_card").count() == 1
    assert sum(isinstance(result, tuple) for result in results) == 1
    assert {error.code for error in results if isinstance(error, DomainError)} == {"gift_cards_changed"}
    assert GiftCard.objects.get().balance == 0
    adds_up()


@pytest.mark.django_db(transaction=True, databases=databases)
def test_control_without_the_guard_the_last_euro_is_spent_twice(monkeypatch):
    """What a shop does that looks first and writes what it worked out from that later."""
    card = new_card("1.00")
    carts = [cart_paid_by(card) for _ in range(2)]
    seen = GiftCard.objects.get()

    def write_what_was_seen(*, card, payment):
        GiftCardEntry.objects.create(
            card=card, amount=-payment.amount, payment=payment, reason="", key=payment.reference
        )
        GiftCard.objects.filter(pk=card.pk).update(balance=seen.balance - payment.amount)

    monkeypatch.setattr(gift_card_plan.GiftCard, "is_usable", True)
    monkeypatch.setattr("payments.services.gift_card_payments.spend", write_what_was_seen)
    real = gift_card_plan._share_out
    monkeypatch.setattr(
        gift_card_plan,
        "_share_out",
        lambda rows, **more: real([_as_seen(row, seen) for row in rows], **more),
    )
    race(*[place(cart) for cart in carts])
    assert Payment.objects.filter(gateway="gift_card").count() == 2
    spent = GiftCardEntry.objects.aggregate(sum=Sum("amount"))["sum"]
    assert spent == -1 != GiftCard.objects.get().balance


def _as_seen(row, seen):
    row.card.balance = seen.balance
    return row


@pytest.mark.django_db(transaction=True, databases=databases)
def test_the_same_order_placed_at_once_takes_the_money_once():
    card = new_card("100.00")
    cart = cart_paid_by(card)
    results = race(*[place(cart)] * 6)
    assert len({order.pk for order, _ in results}) == 1 == Payment.objects.count()
    adds_up()


@pytest.mark.django_db(transaction=True, databases=databases)
def test_refunds_and_store_credit_at_once_come_back_once():
    card = new_card("100.00")
    order, payment = place(cart_paid_by(card))()
    race(*[lambda: refund_payment(payment=payment, amount=Decimal("3.00"), reason="x", key="one")] * 4)
    race(*[lambda: return_everything(order=order, reason="all")] * 4)
    assert GiftCard.objects.get().balance == 100
    adds_up()


@pytest.mark.django_db(transaction=True, databases=databases)
def test_a_refund_given_as_store_credit_at_once_is_given_once():
    customer = UserFactory()
    order, payment = place(cart_paid_by(new_card("100.00"), customer=customer))()
    Order.objects.filter(pk=order.pk).update(customer=customer)
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=4)
    refund = Refund.objects.create(payment=payment, method="store_credit", amount=4, reason="x", key="k")
    race(*[lambda: credit_refund(refund=refund)] * 5)
    assert open_credit(customer=customer).balance == 4
    adds_up()
