"""Paying with gift cards when an order is placed."""

from typing import Any

from django.utils import timezone

from orders.models import Order
from orders.services.orders import mark_paid
from payments.gateways.gift_card.gateway import GIFT_CARD
from payments.models import Payment
from payments.services.gift_card_ledger import spend
from payments.services.gift_card_plan import Plan
from payments.services.webhook_data import tell_payment
from webhooks.event_types import EventType


def pay_with_cards(*, order: Order, plan: Plan, customer: Any = None) -> Order:
    """Pay `order`, just placed and locked by the open transaction, as `plan` says: a captured payment
    for each card.

    The cards come last, because they are locked after everything else. Raises CardEmptier when one
    does not hold its share any more; everything is rolled back then.
    """
    now, payments = timezone.now(), []
    for part, share in enumerate(plan.used):
        payment = Payment.objects.create(
            order=order,
            live_for=order.pk,
            part=part,
            gateway=GIFT_CARD,
            status=Payment.Status.CAPTURED,
            amount=share.pays,
            currency=plan.currency,
            external_id=share.card.label,
            captured_at=now,
            created_by=customer,
        )
        tell_payment(payment, EventType.PAYMENT_CAPTURED)
        order = mark_paid(order=order, amount=share.pays, with_card=share.card.label)
        payments.append((share.card, payment))
    for card, payment in payments:
        spend(card=card, payment=payment)
    return order
