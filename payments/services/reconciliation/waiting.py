"""What waits for too long: payments nobody has settled, and refunds that do not leave."""

from datetime import datetime, timedelta

from orders.models import Order
from payments import gateways
from payments.models import Payment, Refund
from payments.services.reconciliation.finding import MOST, Finding, about_payment

OPEN_FOR = timedelta(minutes=5)
LAPSES_IN = timedelta(hours=48)
NOT_ENDED_FOR = timedelta(hours=1)
STUCK_FOR = timedelta(hours=1)


def open_payments(now: datetime) -> list[Finding]:
    """Payments whose gateway has not said yet how they end; what is held has its own place."""
    waiting = Payment.objects.filter(
        status=Payment.Status.PENDING,
        gateway__in=gateways.online_codes(),
        created_at__lt=now - OPEN_FOR,
        held_since=None,
    )
    return [
        about_payment(
            "open",
            payment,
            f"Nobody knows yet how the payment of order {payment.order.number} ends",
            facts="" if payment.external_id else "The shopper has not reached the payment page.",
            severity="look",
            repairs=("ask", "void"),
        )
        for payment in waiting.select_related("order").order_by("created_at", "pk")[:MOST]
    ]


def lapsing(now: datetime) -> list[Finding]:
    """Authorised money that goes back by itself soon, or has gone already."""
    soon = Payment.objects.filter(
        status=Payment.Status.AUTHORISED, authorised_until__lt=now + LAPSES_IN, held_since=None
    ).exclude(order__status=Order.Status.CANCELLED)
    return [
        about_payment(
            "lapsing",
            payment,
            f"The authorised money of order {payment.order.number} "
            + ("is lost soon" if payment.authorised_until > now else "should have been taken by now"),
            since=payment.authorised_until,
            severity="urgent",
            repairs=("capture", "ask", "void"),
        )
        for payment in soon.select_related("order").order_by("authorised_until", "pk")[:MOST]
        if payment.authorised_until is not None
    ]


def not_ended(now: datetime) -> list[Finding]:
    """Called off here, and still open at the gateway: somebody could pay by it."""
    ended = (Payment.Status.CANCELLED, Payment.Status.FAILED)
    known = Payment.objects.filter(
        status__in=ended,
        closed_at_gateway=None,
        gateway__in=gateways.online_codes(),
        modified_at__lt=now - NOT_ENDED_FOR,
        held_since=None,
    ).exclude(external_id="")
    return [
        about_payment(
            "not_ended",
            payment,
            f"A payment of order {payment.order.number} was called off and is still open at the gateway",
            facts=payment.failure_reason,
            since=payment.modified_at,
            repairs=("end", "ask"),
        )
        for payment in known.select_related("order").order_by("modified_at", "pk")[:MOST]
    ]


def failed_refunds(now: datetime) -> list[Finding]:
    failed = Refund.objects.filter(status=Refund.Status.FAILED).select_related("payment__order")
    return [
        _about_refund("refund_failed", refund, "did not work", "urgent")
        for refund in failed.order_by("created_at", "pk")[:MOST]
    ]


def stuck_refunds(now: datetime) -> list[Finding]:
    stuck = Refund.objects.filter(status=Refund.Status.PENDING, created_at__lt=now - STUCK_FOR)
    return [
        _about_refund("refund_stuck", refund, "is on its way for more than an hour", "soon")
        for refund in stuck.select_related("payment__order").order_by("created_at", "pk")[:MOST]
    ]


def _about_refund(kind: str, refund: Refund, words: str, severity: str) -> Finding:
    payment = refund.payment
    first = "refund-again" if refund.status == Refund.Status.FAILED else "refund-ask"
    return about_payment(
        kind,
        payment,
        f"A refund of order {payment.order.number} {words}",
        facts=refund.failure_reason or refund.reason,
        amount=refund.amount,
        since=refund.created_at,
        severity=severity,
        refund=refund,
        repairs=(first, "refund-by-hand", "refund-give-up"),
    )
