"""Payments: opened, confirmed, failed. docs/payments.md has the states and the locks.

The row is written before the gateway is asked; the gateway is asked outside transactions;
what it answers is written in one transaction that locks the order first, then the payment.
"""

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.balances import add_money, keep_until
from orders.services.events import record
from orders.services.orders import locked, mark_paid
from payments import gateways
from payments.gateways.base import Ask, Fetched, GatewayRefused
from payments.models import Payment
from payments.services.alerts import flag, is_dealt_with
from payments.services.charges import charge_of
from payments.services.seen_refunds import book_seen_refunds
from payments.services.webhook_data import tell_payment
from webhooks.event_types import EventType

_HELD_FOR = timedelta(days=3)
_OPEN = (Payment.Status.PENDING, Payment.Status.AUTHORISED)
_NOT_HELD: dict[str, Any] = {
    "held_since": None,
    "held_reason": "",
    "reported_amount": None,
    "reported_currency": "",
}


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
    return Payment.objects.filter(live_for=order.pk, status__in=_OPEN).order_by("-part").first()


def held_payment(order: Order) -> Payment | None:
    """The open attempt whose money staff have to look at first, if there is one."""
    return Payment.objects.filter(live_for=order.pk, held_since__isnull=False, status__in=_OPEN).first()


def start_payment(*, payment: Payment) -> str:
    """Open the payment at its gateway; returns where the shopper goes, or "" when nothing happens online.

    Raises GatewayError when the gateway cannot be reached: the payment stays open, and
    starting again uses the same key. GatewayRefused when it will never take it: the payment has
    failed then, and the shopper may choose another way.
    """
    if payment.status != Payment.Status.PENDING:
        return ""
    try:
        started = gateways.get(payment.gateway).start(_ask(payment))
    except GatewayRefused as error:
        fail_payment(payment=payment, reason=error.message, is_closed=True)
        raise
    if started.external_id and started.external_id != payment.external_id:
        Payment.objects.filter(pk=payment.pk).update(external_id=started.external_id)
    return started.redirect_url


def _ask(payment: Payment) -> Ask:
    order = payment.order
    return Ask(
        **asdict(charge_of(payment)),
        email=order.email,
        return_url=settings.SITE_URL + reverse("payments:return", args=[payment.reference]),
        cancel_url=settings.SITE_URL + reverse("payments:start", args=[order.token]),
        expires_at=order.expires_at,
    )


@retrying_atomic
def confirm_payment(
    *,
    payment: Payment,
    external_id: str = "",
    charge_id: str = "",
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
        charge_id=charge_id or payment.charge_id,
        failure_reason="",
        **_NOT_HELD,
    )
    payment.refresh_from_db()
    if changed:
        tell_payment(payment, EventType.PAYMENT_CAPTURED)
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


@retrying_atomic
def authorise_payment(*, payment: Payment, fetched: Fetched) -> Payment:
    """The money is promised and waits to be taken (`capture_payment`). Repeating changes nothing.

    The order waits with it: it expires when the promise does.
    """
    order = locked(payment.order)
    pending = Payment.objects.filter(pk=payment.pk, status=Payment.Status.PENDING)
    if pending.update(
        status=Payment.Status.AUTHORISED,
        external_id=fetched.external_id or payment.external_id,
        charge_id=fetched.charge_id or payment.charge_id,
        authorised_until=fetched.authorised_until,
        modified_at=timezone.now(),
        **_NOT_HELD,
    ):
        keep_until(order=order, until=fetched.authorised_until)
        record(order=order, kind="authorised", message="Payment authorised")
        tell_payment(payment, EventType.PAYMENT_AUTHORISED)
    payment.refresh_from_db()
    return payment


def capture_payment(*, payment: Payment, actor: Any = None) -> Payment:
    """Take the money of an authorised payment; pressed twice or raced, it is taken once.

    Raises DomainError (`not_authorised`) for any other, GatewayError while the gateway cannot be
    reached, and GatewayRefused when it gave the money free meanwhile.
    """
    if payment.status == Payment.Status.CAPTURED:
        return payment
    if payment.status != Payment.Status.AUTHORISED:
        raise DomainError("Only an authorised payment can be captured.", code="not_authorised")
    gateway = gateways.get(payment.gateway)
    fetched = gateway.capture(charge_of(payment), key=f"{payment.reference}-capture")
    # The gateway's own message may book it first, and does not know who asked.
    words = f"Capture of {format_money(payment.amount, payment.currency)} asked for"
    record(order=payment.order, kind="captured", message=words, is_public=False, actor=actor)
    return book(payment=payment, fetched=fetched, actor=actor)


class AmountMismatch(DomainError):
    """What the gateway reports is not what was asked for."""

    code = "amount_mismatch"


@retrying_atomic
def fail_payment(*, payment: Payment, reason: str, is_closed: bool = False) -> Payment:
    """The attempt did not work; the order waits for another. Only an open attempt can fail.

    `is_closed`: the gateway itself says so, and no money can come by it any more.
    """
    order = locked(payment.order)
    if _close(payment, Payment.Status.FAILED, reason, is_closed=is_closed):
        record(order=order, kind="payment_failed", message=f"Payment not completed: {reason}"[:300])
        tell_payment(payment, EventType.PAYMENT_FAILED)
    payment.refresh_from_db()
    return payment


@retrying_atomic
def call_off_payment(*, payment: Payment, reason: str) -> Payment:
    """Nobody waits for this attempt any more. Only an open attempt can be called off.

    The gateway is told by `close_at_gateway`, at the latest by the sweep.
    """
    locked(payment.order)
    _close(payment, Payment.Status.CANCELLED, reason)
    payment.refresh_from_db()
    return payment


def close_at_gateway(*, payment: Payment) -> Payment:
    """Tell the gateway that a payment was called off: what is authorised goes back to the shopper.

    When the money came meanwhile it is booked, and the sweep sends it back. Raises GatewayError.
    """
    ended = (Payment.Status.CANCELLED, Payment.Status.FAILED)
    if payment.status not in ended or payment.closed_at_gateway is not None:
        return payment
    gateway = gateways.get(payment.gateway)
    try:
        fetched = gateway.cancel(charge_of(payment), key=f"{payment.reference}-cancel")
    except GatewayRefused as error:
        flag(payment=payment, message=f"{gateway.label} could not end a payment: {error.message}")
        fetched = gateway.fetch(charge_of(payment))
    return book(payment=payment, fetched=fetched)


def _close(payment: Payment, status: str, reason: str, *, is_closed: bool = False) -> bool:
    open_rows = Payment.objects.filter(
        pk=payment.pk, status__in=(Payment.Status.PENDING, Payment.Status.AUTHORISED)
    )
    return bool(
        open_rows.update(
            status=status,
            live_for=None,
            failure_reason=reason[:200],
            closed_at_gateway=timezone.now() if is_closed else None,
            modified_at=timezone.now(),
        )
    )


def settle(*, payment: Payment) -> Payment:
    """Ask the gateway how an open payment stands and book the answer.

    Called when the shopper comes back and by the sweep; what the shopper's browser says is
    never believed. Raises GatewayError when the gateway cannot be reached.
    """
    if payment.status == Payment.Status.CAPTURED:
        return payment
    return book(payment=payment, fetched=ask_gateway(payment))


def ask_gateway(payment: Payment) -> Fetched:
    """How a payment stands at its gateway. What the shopper agreed to there is finished, unless
    nobody waits for it any more. Raises GatewayError."""
    gateway, wanted = gateways.get(payment.gateway), payment.order.status != Order.Status.CANCELLED
    if payment.status == Payment.Status.PENDING and wanted:
        return gateway.confirm(charge_of(payment))
    return gateway.fetch(charge_of(payment))


@retrying_atomic
def book(*, payment: Payment, fetched: Fetched, actor: Any = None) -> Payment:
    """Write down what the gateway said of a payment; "pending" and "unknown" change nothing."""
    if problem := _mismatch(payment, fetched):
        return hold_payment(payment=payment, reason=problem, fetched=fetched)
    if fetched.status == "captured":
        payment = confirm_payment(
            payment=payment,
            external_id=fetched.external_id,
            charge_id=fetched.charge_id,
            amount=fetched.amount,
            currency=fetched.currency,
            actor=actor,
        )
        book_seen_refunds(payment=payment, seen=fetched.refunds)
    elif fetched.status == "authorised":
        payment = authorise_payment(payment=payment, fetched=fetched)
    elif fetched.status in ("failed", "cancelled"):
        payment = _book_end(payment, fetched)
    return payment


def _book_end(payment: Payment, fetched: Fetched) -> Payment:
    if payment.is_open:
        words = "The payment was declined." if fetched.status == "failed" else "The payment was called off."
        return fail_payment(payment=payment, reason=fetched.reason or words, is_closed=True)
    Payment.objects.filter(pk=payment.pk, closed_at_gateway=None).exclude(
        status=Payment.Status.CAPTURED
    ).update(closed_at_gateway=timezone.now())
    payment.refresh_from_db()
    return payment


def _mismatch(payment: Payment, fetched: Fetched) -> str:
    """What is different from what was asked for, in words for staff; "" when all is right."""
    if payment.status == Payment.Status.CAPTURED or fetched.status not in ("captured", "authorised"):
        return ""
    order = payment.order.number
    if fetched.order_number and fetched.order_number != order:
        return f"The gateway has this payment for order {fetched.order_number}; it was asked for {order}."
    amount = payment.amount if fetched.amount is None else fetched.amount
    currency = fetched.currency or payment.currency
    if (amount, currency) == (payment.amount, payment.currency):
        return ""
    asked = format_money(payment.amount, payment.currency)
    return f"The gateway reports {format_money(amount, currency)}; {asked} was asked for."


@retrying_atomic
def hold_payment(*, payment: Payment, reason: str, fetched: Fetched) -> Payment:
    """What the gateway has is not what was asked for: nothing is booked, and staff decide. An order
    whose time to pay would be over meanwhile waits a few days for that, once. What staff have dealt
    with already is not held a second time."""
    order = locked(payment.order)
    if is_dealt_with(payment=payment, subject=reason):
        return payment
    rows = Payment.objects.filter(pk=payment.pk).exclude(status=Payment.Status.CAPTURED)
    now = timezone.now()
    if rows.filter(held_since=None).update(held_since=now):
        # A person has to look first: until then the goods are not given to others.
        keep_until(order=order, until=now + _HELD_FOR)
    rows.update(
        held_reason=reason[:300],
        reported_amount=fetched.amount,
        reported_currency=fetched.currency,
        external_id=fetched.external_id or payment.external_id,
        charge_id=fetched.charge_id or payment.charge_id,
    )
    flag(payment=payment, message=reason, is_open=False)
    payment.refresh_from_db()
    return payment


def release(payment: Payment) -> None:
    """A held payment is held no longer. Called in the transaction of what staff decided."""
    Payment.objects.filter(pk=payment.pk).update(**_NOT_HELD)
    payment.refresh_from_db()
