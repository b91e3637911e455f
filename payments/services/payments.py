"""Payments: opened, confirmed, failed. docs/payments.md has the states and the locks.

The row is written before the gateway is asked; the gateway is asked outside transactions;
what it answers is written in one transaction that locks the order first, then the payment.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.balances import add_money
from orders.services.events import record
from orders.services.orders import locked, mark_paid
from payments import gateways
from payments.gateways.base import Ask, Fetched
from payments.models import Payment


@retrying_atomic
def create_payment(*, order: Order, gateway: str = "", actor: Any = None) -> Payment:
    """Return the open payment of what is due, opening one when there is none.

    An order that costs more after a change is paid in parts, one after the other; an open
    payment of another amount than what is due now is called off. The unique (`live_for`, `part`)
    decides between rivals: the loser gets the winner's payment. Raises DomainError
    (`not_payable`) for an order that waits for no money.
    """
    order = locked(order)
    live = list(Payment.objects.filter(live_for=order.pk).order_by("part"))
    for payment in live:
        if payment.is_open and payment.amount == order.amount_due:
            return payment
    if not order.amount_due or order.is_paid:
        raise DomainError("This order is not waiting for a payment.", code="not_payable")
    for payment in live:
        if payment.is_open:
            _close(payment, Payment.Status.CANCELLED, "The amount has changed.")
    part = max((payment.part + 1 for payment in live if not payment.is_open), default=0)
    try:
        with transaction.atomic():
            return Payment.objects.create(
                order=order,
                live_for=order.pk,
                part=part,
                gateway=gateway or order.payment_method,
                amount=order.amount_due,
                currency=order.currency,
                created_by=actor,
            )
    except IntegrityError:
        return Payment.objects.get(live_for=order.pk, part=part)


def open_payment(order: Order) -> Payment | None:
    """The attempt that is waiting for the money due now, if there is one."""
    waiting = (Payment.Status.PENDING, Payment.Status.AUTHORISED)
    return Payment.objects.filter(live_for=order.pk, status__in=waiting).order_by("-part").first()


def start_payment(*, payment: Payment) -> str:
    """Open the payment at its gateway; returns where the shopper goes, or "" when nothing happens online.

    Raises GatewayError when the gateway cannot be reached: the payment stays open, and
    starting again uses the same key.
    """
    if not payment.is_open:
        return ""
    started = gateways.get(payment.gateway).start(_ask(payment))
    if started.external_id and started.external_id != payment.external_id:
        Payment.objects.filter(pk=payment.pk).update(external_id=started.external_id)
    return started.redirect_url


def _ask(payment: Payment) -> Ask:
    return Ask(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        order_number=payment.order.number,
        email=payment.order.email,
        return_url=settings.SITE_URL + reverse("payments:return", args=[payment.reference]),
    )


@retrying_atomic
def confirm_payment(
    *,
    payment: Payment,
    external_id: str = "",
    amount: Decimal | None = None,
    currency: str = "",
    actor: Any = None,
) -> Payment:
    """The money is there. Repeating changes nothing.

    Money is recorded whatever happened meanwhile: also on an attempt that had failed or was
    called off. When it is more than the order needs (cancelled, paid twice, or of another amount
    than is due by now) the sweep sends the rest back. An `amount` or `currency` other than the
    payment's is not booked: the payment stays as it is, a staff-only event flags it, and
    `amount_mismatch` is raised.
    """
    order = locked(payment.order)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.status == Payment.Status.CAPTURED:
        return payment
    if (amount is not None and amount != payment.amount) or (currency and currency != payment.currency):
        raise AmountMismatch(
            f"The gateway reports {amount} {currency}, the payment is {payment.amount} {payment.currency}."
        )
    others = Payment.objects.filter(order=order, live_for=order.pk).exclude(pk=payment.pk)
    booked = others.filter(status=Payment.Status.CAPTURED)
    last_part = booked.order_by("-part").values_list("part", flat=True).first()
    # Not needed at all: what is due is paid already, by another payment.
    twice = last_part is not None and (order.balance <= 0 or order.status == Order.Status.CANCELLED)
    part = 0 if last_part is None else last_part + 1
    live_for = None if twice else order.pk
    if not twice:
        others.exclude(status=Payment.Status.CAPTURED).update(
            live_for=None, status=Payment.Status.CANCELLED, modified_at=timezone.now()
        )
    rows = Payment.objects.filter(pk=payment.pk).exclude(status=Payment.Status.CAPTURED)
    now = timezone.now()
    changed = rows.update(
        status=Payment.Status.CAPTURED,
        live_for=live_for,
        part=part,
        captured_at=now,
        modified_at=now,
        modified_by=actor,
        external_id=external_id or payment.external_id,
        failure_reason="",
    )
    payment.refresh_from_db()
    if changed and twice:
        record(
            order=order,
            kind="paid_twice",
            message="A second payment arrived; it has to go back.",
            is_public=False,
            data={"payment": payment.pk},
        )
        add_money(order, paid=payment.amount)
    elif changed:
        mark_paid(order=order, amount=payment.amount, actor=actor)
    return payment


class AmountMismatch(DomainError):
    """What the gateway reports is not what was asked for."""

    code = "amount_mismatch"


@retrying_atomic
def fail_payment(*, payment: Payment, reason: str) -> Payment:
    """The attempt did not work; the order waits for another. Only an open attempt can fail."""
    order = locked(payment.order)
    if _close(payment, Payment.Status.FAILED, reason):
        record(order=order, kind="payment_failed", message=f"Payment not completed: {reason}"[:300])
    payment.refresh_from_db()
    return payment


@retrying_atomic
def call_off_payment(*, payment: Payment, reason: str) -> Payment:
    """Nobody waits for this attempt any more. Only an open attempt can be called off."""
    locked(payment.order)
    _close(payment, Payment.Status.CANCELLED, reason)
    payment.refresh_from_db()
    return payment


def _close(payment: Payment, status: str, reason: str) -> bool:
    open_rows = Payment.objects.filter(
        pk=payment.pk, status__in=(Payment.Status.PENDING, Payment.Status.AUTHORISED)
    )
    return bool(
        open_rows.update(
            status=status, live_for=None, failure_reason=reason[:200], modified_at=timezone.now()
        )
    )


def settle(*, payment: Payment) -> Payment:
    """Ask the gateway how an open payment stands and book the answer.

    Called when the shopper comes back and by the sweep; what the shopper's browser says is
    never believed. Raises GatewayError when the gateway cannot be reached.
    """
    if payment.status == Payment.Status.CAPTURED:
        return payment
    return book(payment=payment, fetched=gateways.get(payment.gateway).fetch(payment.reference))


def book(*, payment: Payment, fetched: Fetched) -> Payment:
    """Write down what the gateway said of a payment; "pending" and "unknown" change nothing."""
    if fetched.status == "captured":
        try:
            return confirm_payment(
                payment=payment,
                external_id=fetched.external_id,
                amount=fetched.amount,
                currency=fetched.currency,
            )
        except AmountMismatch as error:
            flag(payment=payment, message=error.message)
            return payment
    if fetched.status == "failed" and payment.is_open:
        return fail_payment(payment=payment, reason=fetched.reason or "The payment was declined.")
    return payment


def flag(*, payment: Payment, message: str) -> None:
    """Tell staff, once, that a payment needs a look."""
    events = payment.order.events.filter(kind="payment_flagged", message=message[:300])
    if not events.exists():
        record(
            order=payment.order,
            kind="payment_flagged",
            message=message[:300],
            is_public=False,
            data={"payment": payment.pk},
        )
