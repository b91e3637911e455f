"""Payments that never settled, and money that has to go back."""

import logging
import random
from datetime import datetime, timedelta

from django.db.models import F, Q

from orders.models import Order
from orders.services.late_money import end_choice
from payments import gateways
from payments.gateways.base import GatewayError
from payments.models import Payment, Refund
from payments.services.gift_card_emails import send_owed_cards
from payments.services.payments import call_off_payment, close_at_gateway, settle
from payments.services.refunds import retry_pending, return_everything, return_surplus
from payments.services.returns import finish_returns

log = logging.getLogger(__name__)
_PATIENCE = timedelta(minutes=2)
_AT_ONCE = 500
_PROMISED_AT_ONCE = 25


def sweep(*, now: datetime) -> dict[str, int]:
    """Ask gateways about payments that wait too long, close those of cancelled orders, send
    back money that no order needs, and send gift cards whose email was lost."""
    return {
        "payments settled": _settle_waiting(now),
        "payments ended": _end_at_gateways(now),
        "refunds retried": retry_pending(),
        "returns refunded": finish_returns(),
        "payments returned": _return_unneeded(now),
        "gift cards emailed": send_owed_cards(now=now),
    }


def _settle_waiting(now: datetime) -> int:
    settled = 0
    for payment in _waiting(now):
        try:
            payment = settle(payment=payment)
        except GatewayError:
            log.warning("gateway %s did not answer about payment %s", payment.gateway, payment.pk)
            continue
        if payment.is_open and payment.order.status == Order.Status.CANCELLED:
            payment = call_off_payment(payment=payment, reason="The order was cancelled.")
        settled += not payment.is_open
    return settled


def _waiting(now: datetime) -> list[Payment]:
    """Nobody can be asked about a bank transfer; waiting for it must not hold up the others. What is
    authorised waits for staff, for days: some of it, at random, is asked about besides."""
    cancelled = Q(order__status=Order.Status.CANCELLED)
    lapsed = Q(authorised_until__isnull=True) | Q(authorised_until__lte=now)
    open_ones = Payment.objects.filter(
        Q(gateway__in=gateways.online_codes()) | cancelled,
        status__in=(Payment.Status.PENDING, Payment.Status.AUTHORISED),
        created_at__lte=now - _PATIENCE,
    ).select_related("order")
    urgent = Q(status=Payment.Status.PENDING) | lapsed | cancelled
    promised = list(open_ones.exclude(urgent).order_by("-pk")[:_AT_ONCE])
    some = random.sample(promised, min(_PROMISED_AT_ONCE, len(promised)))
    return [*open_ones.filter(urgent).order_by("pk")[:_AT_ONCE], *some]


def _end_at_gateways(now: datetime) -> int:
    """Gateways learn which payments were called off, so that nobody pays by them any more."""
    ended = (Payment.Status.CANCELLED, Payment.Status.FAILED)
    known = Payment.objects.filter(
        status__in=ended, closed_at_gateway=None, gateway__in=gateways.online_codes()
    ).exclude(external_id="")
    done = 0
    for payment in known.select_related("order").order_by("pk")[:_AT_ONCE]:
        try:
            done += close_at_gateway(payment=payment).closed_at_gateway is not None
        except GatewayError:
            log.warning("gateway %s did not end payment %s", payment.gateway, payment.pk)
    return done


def _return_unneeded(now: datetime) -> int:
    """Captured money of cancelled orders goes back, and of others what is more than they cost.

    A shopper who may still choose to wait for the goods is waited for. Where staff have given a
    refund up, they decide: the reconciliation list shows that money.
    """
    cancelled = (
        Payment.objects.filter(
            order__status=Order.Status.CANCELLED,
            status=Payment.Status.CAPTURED,
            refunded_amount__lt=F("amount"),
        )
        .exclude(order__choice_until__gt=now)
        .values_list("order_id", flat=True)
    )
    overpaid = Order.objects.filter(overpaid_since__isnull=False).values_list("pk", flat=True)
    owed = sorted({*cancelled.order_by("pk")[:100], *overpaid.order_by("pk")[:100]})
    of_surplus = Q(payment__order__status=Order.Status.CANCELLED) | Q(credit__lt=F("amount"))
    given_up = Refund.objects.filter(
        of_surplus, payment__order_id__in=owed, status=Refund.Status.GIVEN_UP
    ).values("payment__order_id")
    orders = Order.objects.filter(pk__in=owed).exclude(pk__in=given_up)
    return sum(_return(order) for order in orders.order_by("pk"))


def _return(order: Order) -> int:
    """Send back what the order does not need; returns how many transfers that took."""
    order = end_choice(order=order) if order.choice_until else order
    cancelled = order.status == Order.Status.CANCELLED
    reason = "The order no longer needs this payment."
    try:
        if cancelled:
            return len(return_everything(order=order, reason=reason, if_cancelled=True))
        return len(return_surplus(order=order, reason=reason))
    except GatewayError:
        log.warning("a gateway could not return money of order %s", order.number)
        return 0
