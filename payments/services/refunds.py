"""Money back: claimed against the payment first, then asked of the gateway, once per key."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.events import record
from orders.services.orders import locked, mark_refunded
from payments import gateways
from payments.gateways.base import GatewayError, GatewayRefused
from payments.models import Payment, Refund
from payments.services.charges import charge_of


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
    refunds = _claim_shares(order=order, amount=amount, reason=reason, key=key)
    return complete_all(refunds=refunds, actor=actor)


@retrying_atomic
def _claim_shares(*, order: Order, amount: Decimal, reason: str, key: str) -> list[Refund]:
    """Claim `amount` over the order's payments: those that are not needed first, then the newest."""
    order = locked(order)
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED)
    known = {refund.key: refund for refund in Refund.objects.filter(key__startswith=f"{key}:")}
    shares, missing = [], amount
    for payment in sorted(captured, key=lambda payment: (payment.live_for is not None, -payment.pk)):
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
        _claim(payment=payment, amount=share, reason=reason, key=own_key)
        for payment, share, own_key in shares
    ]


def return_surplus(*, order: Order, reason: str, actor: Any = None) -> list[Refund]:
    """Send back what came in beyond the order's total, once however often this is called.

    Raises GatewayError when the money could not be sent yet: the sweep then does.
    """
    return complete_all(refunds=_claim_surplus(order=order, reason=reason), actor=actor)


@retrying_atomic
def _claim_surplus(*, order: Order, reason: str) -> list[Refund]:
    order = locked(order)
    left = surplus(order)
    if left <= 0 or order.status == Order.Status.CANCELLED:
        return []
    number = Refund.objects.filter(payment__order=order).count()
    key = f"edit-{order.number}-{order.revision}-{number}"
    return _claim_shares(order=order, amount=left, reason=reason, key=key)


def surplus(order: Order) -> Decimal:
    """How much more came in than the order needs, without what is on its way back already."""
    pending = Refund.objects.filter(payment__order=order, status=Refund.Status.PENDING)
    on_its_way = sum((refund.amount - refund.credit for refund in pending), Decimal(0))
    return -order.balance - on_its_way


def return_everything(
    *, order: Order, reason: str, actor: Any = None, if_cancelled: bool = False
) -> list[Refund]:
    """Send back all that is left of an order's payments, once. `if_cancelled`: nothing, when it is
    not cancelled (any more). Raises GatewayError as above."""
    refunds = _claim_everything(order=order, reason=reason, if_cancelled=if_cancelled)
    return complete_all(refunds=refunds, actor=actor)


@retrying_atomic
def _claim_everything(*, order: Order, reason: str, if_cancelled: bool) -> list[Refund]:
    order = locked(order)
    if if_cancelled and order.status != Order.Status.CANCELLED:
        return []
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED).order_by("pk")
    return [
        _claim(payment=payment, amount=left, reason=reason, key=f"return-{payment.reference}")
        for payment in captured
        if (left := payment.amount - payment.refunded_amount) > 0
    ]


def complete_all(*, refunds: Iterable[Refund], actor: Any = None) -> list[Refund]:
    """Ask the gateways for claimed refunds, each by itself; a failure is raised at the end."""
    done, failure = [], None
    for refund in refunds:
        try:
            pending = refund.status == Refund.Status.PENDING
            done.append(complete_refund(refund=refund, actor=actor) if pending else refund)
        except GatewayError as error:
            failure = error
    if failure is not None:
        raise failure
    return done


def complete_refund(*, refund: Refund, actor: Any = None) -> Refund:
    """Ask the gateway for a pending refund, or how it stands, and book the answer.

    Raises GatewayError while it cannot be reached. What it will never send has failed then; the
    reconciliation list shows it.
    """
    payment = refund.payment
    try:
        answer = gateways.get(payment.gateway).refund(
            charge_of(payment), amount=refund.amount, key=refund.gateway_key, external_id=refund.external_id
        )
    except GatewayRefused as error:
        return fail_refund(refund=refund, reason=error.message)
    if answer.status == "failed":
        return fail_refund(refund=refund, reason=answer.reason, external_id=answer.external_id)
    if answer.status == "pending":
        pending = Refund.objects.filter(pk=refund.pk, status=Refund.Status.PENDING)
        pending.update(external_id=answer.external_id)
        refund.refresh_from_db()
        return refund
    return book_refund(refund=refund, external_id=answer.external_id, actor=actor)


@retrying_atomic
def _claim(*, payment: Payment, amount: Decimal, reason: str, key: str) -> Refund:
    if amount <= 0:
        raise BadInput("Enter an amount above zero.", field="amount")
    order = locked(payment.order)
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
    # What the total does not ask for goes back for nothing; the rest is a credit to the shopper.
    credit = amount - min(amount, max(surplus(order), Decimal(0)))
    try:
        with transaction.atomic():
            return Refund.objects.create(
                payment=payment, amount=amount, credit=credit, reason=reason[:200], key=key
            )
    except IntegrityError:
        Payment.objects.filter(pk=payment.pk).update(refunded_amount=F("refunded_amount") - amount)
        return Refund.objects.get(key=key)


@retrying_atomic
def fail_refund(*, refund: Refund, reason: str, external_id: str = "") -> Refund:
    """The gateway did not send it. The claim stays, so that nobody sends the money a second time:
    staff ask again, send it otherwise, or give it up."""
    order = locked(refund.payment.order)
    pending = Refund.objects.filter(pk=refund.pk, status=Refund.Status.PENDING)
    changed = pending.update(
        status=Refund.Status.FAILED,
        failure_reason=reason[:200],
        external_id=external_id or refund.external_id,
    )
    refund.refresh_from_db()
    if changed:
        words = f"A refund of {format_money(refund.amount, order.currency)} did not work: {reason}"
        data = {"refund": refund.pk}
        record(order=order, kind="refund_failed", message=words[:300], is_public=False, data=data)
    return refund


@retrying_atomic
def book_refund(*, refund: Refund, external_id: str, actor: Any = None) -> Refund:
    """The gateway has sent it. Repeating changes nothing."""
    order = locked(refund.payment.order)
    pending = Refund.objects.filter(pk=refund.pk, status=Refund.Status.PENDING)
    done = pending.update(status=Refund.Status.DONE, external_id=external_id, done_at=timezone.now())
    refund.refresh_from_db()
    if done:
        mark_refunded(
            order=order,
            amount=refund.amount,
            credit=refund.credit,
            is_public=refund.payment.live_for is not None,
            actor=actor,
        )
    return refund


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
