"""Whatever happens to a gift card, its entries add up to its balance."""

import uuid
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecommerce.lib.errors import DomainError
from payments.models import GiftCard, Payment
from payments.services.gift_cards import adjust
from payments.services.orders import cancel_and_refund, place_and_pay
from payments.services.refunds import refund_payment
from payments.tests.factories import cart_paid_by, new_card

STEPS = st.tuples(st.sampled_from(["put on", "take off", "buy", "cancel", "refund"]), st.integers(1, 3000))


def adds_up(card):
    card = GiftCard.objects.get(pk=card.pk)
    entries = [entry.amount for entry in card.entries.all()]
    assert card.balance == sum(entries, Decimal(0)) >= 0
    assert card.put_on == sum((amount for amount in entries if amount > 0), Decimal(0))


def take(step, amount, issued, placed):
    """One thing that may happen; the shop may refuse it, and then nothing has changed."""
    card = issued.card
    match step:
        case "put on":
            adjust(card=card, change=amount, reason="a correction", key=uuid.uuid4().hex)
        case "take off":
            adjust(card=card, change=-amount, reason="a correction", key=uuid.uuid4().hex)
        case "buy":
            order, _ = place_and_pay(
                cart=cart_paid_by(issued), confirmed_total=None, payment_method="bank_transfer"
            )
            placed.append(order)
        case "cancel" if placed:
            cancel_and_refund(order=placed.pop(), reason="changed my mind")
        case "refund" if placed:
            payment = Payment.objects.get(order=placed[-1], gateway="gift_card")
            refund_payment(payment=payment, amount=amount, reason="a scratch", key=uuid.uuid4().hex)


@pytest.mark.django_db(databases=["default", "documents"])
@settings(max_examples=10)
@given(steps=st.lists(STEPS, min_size=3, max_size=8))
def test_the_entries_of_a_card_are_its_balance_after_anything_that_happens(steps):
    issued, placed = new_card("30.10"), []
    for step, cents in steps:
        with suppress(DomainError):
            take(step, Decimal(cents) / 100, issued, placed)
        adds_up(issued.card)
