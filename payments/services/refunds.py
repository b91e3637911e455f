"""Money back: claimed against the payment first, then asked of the gateway, once per key."""

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.orders import locked, mark_refunded
from payments import gateways
from payments.gateways.base import GatewayError
from payments.models import Payment, Refund


def refund_payment(*, payment: Payment, amount: Decimal, reason: str, key: str, actor: Any = None) -> Refund:
    """Send `amount` of a payment back and return its Refund; the same key never pays twice.

    Raises BadInput for an amount that is not positive, DomainError (`above_captured`) when
    more would go back than came in, also when raced, and GatewayError when the gateway could
    not be reached: the refund then stays pending, and the sweep asks again with the same key.
    """
    refund = _claim(payment=payment, amount=amount, reason=reason, key=key)
    if refund.status != Refund.Status.PENDING:
        return refund
    return complete_refund(refund=refund, actor=actor)


def refund_order(*, order: Order, amount: Decimal, reason: str, key: str, actor: Any = None) -> list[Refund]:
    """Send `amount` (major units of the order's currency) back, from the newest payment on.

    Several payments may make up an order, so `key` names the whole: the same key never pays
    twice. Raises what `refund_payment` raises; `above_captured` when the order's payments hold
    less than `amount`, and then nothing is sent.
    """
    # Payments first: whatever a rival has claimed of them is then among the refunds read after.
    captured = list(Payment.objects.filter(order=order, status=Payment.Status.CAPTURED).order_by("-pk"))
    known = {refund.key: refund for refund in Refund.objects.filter(key__startswith=f"{key}:")}
    shares, missing = [], amount
    for payment in captured:
        own_key = f"{key}:{payment.pk}"
        found = known.get(own_key)
        share = found.amount if found else min(missing, payment.amount - payment.refunded_amount)
        if share > 0:
            shares.append((payment, share, own_key))
            missing -= share
    if missing > 0:
        raise DomainError(
            f"At most {format_money(amount - missing, order.currency)} of this order can go back.",
            code="above_captured",
            field="amount",
        )
    return [
        refund_payment(payment=payment, amount=share, reason=reason, key=own_key, actor=actor)
        for payment, share, own_key in shares
    ]


def complete_refund(*, refund: Refund, actor: Any = None) -> Refund:
    """Ask the gateway for a pending refund and book the answer."""
    payment = refund.payment
    answer = gateways.get(payment.gateway).refund(
        reference=payment.reference, amount=refund.amount, key=refund.key
    )
    return _book(refund=refund, external_id=answer.external_id, actor=actor)


@retrying_atomic
def _claim(*, payment: Payment, amount: Decimal, reason: str, key: str) -> Refund:
    if amount <= 0:
        raise BadInput("Enter an amount above zero.", field="amount")
    locked(payment.order)
    if found := Refund.objects.filter(key=key).first():
        return found
    left = Payment.objects.filter(
        pk=payment.pk, status=Payment.Status.CAPTURED, amount__gte=F("refunded_amount") + amount
    )
    if not left.update(refunded_amount=F("refunded_amount") + amount, modified_at=timezone.now()):
        payment.refresh_from_db()
        captured = payment.amount if payment.status == Payment.Status.CAPTURED else Decimal(0)
        rest = format_money(captured - payment.refunded_amount, payment.currency)
        raise DomainError(
            f"At most {rest} of this payment can go back.", code="above_captured", field="amount"
        )
    try:
        with transaction.atomic():
            return Refund.objects.create(payment=payment, amount=amount, reason=reason[:200], key=key)
    except IntegrityError:
        Payment.objects.filter(pk=payment.pk).update(refunded_amount=F("refunded_amount") - amount)
        return Refund.objects.get(key=key)


@retrying_atomic
def _book(*, refund: Refund, external_id: str, actor: Any) -> Refund:
    order = locked(refund.payment.order)
    pending = Refund.objects.filter(pk=refund.pk, status=Refund.Status.PENDING)
    done = pending.update(status=Refund.Status.DONE, external_id=external_id, done_at=timezone.now())
    refund.refresh_from_db()
    payment = Payment.objects.get(pk=refund.payment_id)
    if done and payment.live_for is not None:
        mark_refunded(
            order=order,
            in_full=not _holds_money(order),
            actor=actor,
            amount_text=format_money(refund.amount, payment.currency),
        )
    return refund


def _holds_money(order: Order) -> bool:
    """Whether any of what came in for the order is still here."""
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED, live_for__isnull=False)
    return captured.filter(refunded_amount__lt=F("amount")).exists()


def retry_pending(*, limit: int = 100) -> int:
    """Ask again for refunds the gateway could not take; returns how many are done now."""
    done = 0
    for refund in Refund.objects.filter(status=Refund.Status.PENDING).select_related("payment__order")[
        :limit
    ]:
        try:
            done += complete_refund(refund=refund).status == Refund.Status.DONE
        except GatewayError:
            continue
    return done
