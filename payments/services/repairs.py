"""What staff do about payments of the reconciliation list. Each step may be repeated, is written into
the order's history with who did it, and books only what the gateway or the payments themselves say."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import StoreSettings
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import ZERO, format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import InvoiceCounter, Order
from orders.services.balances import keep_until, weigh
from orders.services.events import record
from orders.services.invoices import issue_invoice
from orders.services.orders import go_on, locked
from payments import gateways
from payments.gateways.base import Fetched
from payments.models import Alert, GatewayEvent, Payment
from payments.services.alerts import close_alert, gap_subject
from payments.services.charges import charge_of
from payments.services.payments import (
    ask_gateway,
    book,
    call_off_payment,
    close_at_gateway,
    release,
)
from payments.services.reconciliation.books import booked_amount, missing_numbers
from payments.services.refunds import return_everything, return_surplus

_CHANGED = "Somebody else has just changed this. Please look again."


def note(order: Order, message: str, actor: Any, **data: Any) -> None:
    """Write a repair into the order's history, for staff only."""
    record(order=order, kind="repaired", message=message[:300], actor=actor, is_public=False, data=data)


def ask_payment(*, payment: Payment, actor: Any = None) -> Payment:
    """Ask the gateway how a payment stands, and book the answer. Raises GatewayError."""
    fetched = ask_gateway(payment)
    words = f"Asked {gateways.get(payment.gateway).label}: it says {fetched.status}."
    note(payment.order, words, actor, payment=payment.pk)
    return book(payment=payment, fetched=fetched, actor=actor)


def void_payment(*, payment: Payment, actor: Any = None) -> Payment:
    """Call an open payment off and give free what is authorised; its order waits for another payment,
    at least as long as paying online takes.

    Raises DomainError (`not_open`) for any other. When the gateway cannot be reached GatewayError is
    raised: the payment is called off all the same, and the sweep tells the gateway.
    """
    _call_off(payment=payment, actor=actor)
    payment.refresh_from_db()
    return close_at_gateway(payment=payment) if payment.external_id else payment


@retrying_atomic
def _call_off(*, payment: Payment, actor: Any) -> None:
    order = locked(payment.order)
    if not Payment.objects.get(pk=payment.pk).is_open:
        raise DomainError("Only an open payment can be called off.", code="not_open")
    call_off_payment(payment=payment, reason="Called off by the shop.")
    minutes = StoreSettings.current().card_minutes
    keep_until(order=order, until=timezone.now() + timedelta(minutes=minutes))
    amount = format_money(payment.amount, payment.currency)
    note(order, f"Called a payment of {amount} off", actor, payment=payment.pk)


def end_payment(*, payment: Payment, actor: Any = None) -> Payment:
    """Tell the gateway now that a payment was called off. Raises GatewayError."""
    payment = close_at_gateway(payment=payment)
    ended = payment.closed_at_gateway is not None
    words = "ended at the gateway" if ended else f"not ended at the gateway: it is {payment.status} now"
    note(payment.order, f"A payment that was called off is {words}.", actor, payment=payment.pk)
    return payment


def send_back(*, order: Order, actor: Any = None) -> list[Any]:
    """Send back what an order does not need: all of a cancelled one, what is too much of another.

    Raises GatewayError when the gateway cannot be reached (the sweep then sends it), and DomainError
    (`nothing_to_refund`) when nothing is left.
    """
    send = return_everything if order.status == Order.Status.CANCELLED else return_surplus
    refunds = send(order=order, reason="The order does not need this money.", actor=actor)
    if not refunds:
        words = f"Order {order.number} has no money left that would have to go back."
        raise DomainError(words, code="nothing_to_refund")
    total = sum((refund.amount for refund in refunds), ZERO)
    note(order, f"Sent back {format_money(total, order.currency)} that the order did not need", actor)
    return refunds


def book_reported(*, payment: Payment, actor: Any = None) -> Payment:
    """Take the amount that the gateway has for a held payment as the payment's own, and book it.

    The gateway is asked once more, and only the amount that staff have seen is booked. Less than the
    order costs leaves it partly paid; what is too much goes back. Raises GatewayError, and DomainError
    (`conflict`) when it says something else by now.
    """
    fetched = gateways.get(payment.gateway).fetch(charge_of(payment))
    if fetched.status not in ("captured", "authorised"):
        raise DomainError(f"The gateway says {fetched.status}: there is nothing to book.", code="conflict")
    return _book_reported(payment=payment, fetched=fetched, actor=actor)


@retrying_atomic
def _book_reported(*, payment: Payment, fetched: Fetched, actor: Any) -> Payment:
    order = locked(payment.order)
    amount, currency = fetched.amount, fetched.currency or payment.currency
    other_order = fetched.order_number and fetched.order_number != order.number
    if amount is None or other_order or currency != payment.currency:
        raise DomainError("Only money of this order and in its currency can be booked.", code="conflict")
    held = Payment.objects.filter(pk=payment.pk, held_since__isnull=False, reported_amount=amount)
    if not held.exclude(status=Payment.Status.CAPTURED).update(amount=amount):
        raise DomainError(_CHANGED, code="conflict")
    payment = Payment.objects.select_related("order").get(pk=payment.pk)
    note(order, f"Booked what came: {format_money(amount, currency)}", actor, payment=payment.pk)
    release(payment)
    return book(payment=payment, fetched=fetched, actor=actor)


@retrying_atomic
def correct_books(*, order: Order, actor: Any = None) -> Order:
    """Make an order's sum of money what its payments say, and go on from there."""
    order = locked(order)
    booked = Order.objects.annotate(booked=booked_amount()).values_list("booked", flat=True).get(pk=order.pk)
    booked = Decimal(booked).quantize(Decimal("0.001"))
    if booked == order.amount_paid:
        return order
    before = format_money(order.amount_paid, order.currency)
    Order.objects.filter(pk=order.pk, amount_paid=order.amount_paid).update(amount_paid=booked)
    order.refresh_from_db()
    weigh(order)
    words = f"Corrected the books: {format_money(booked, order.currency)} paid instead of {before}"
    note(order, words, actor)
    if order.status not in (Order.Status.CANCELLED, Order.Status.REFUNDED):
        go_on(order)
    return order


def issue_missing_invoice(*, order: Order, actor: Any = None) -> None:
    """Issue the invoice that a paid order never got."""
    if order.invoice is None:
        invoice = issue_invoice(order=order)
        note(order, f"Issued the missing invoice {invoice.number}", actor)


@retrying_atomic
def deal_with_held(*, payment: Payment, note_text: str, actor: Any = None) -> Payment:
    """Staff have settled a held payment elsewhere: nothing is booked, and nobody waits for it any more."""
    order = locked(payment.order)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.held_since is None:
        return payment
    reason = payment.held_reason
    close_alert(
        kind=Alert.Kind.HELD,
        order=order,
        payment=payment,
        subject=reason,
        message=reason,
        note=note_text,
        actor=actor,
    )
    call_off_payment(payment=payment, reason="Settled by staff.")
    release(payment)
    Payment.objects.filter(pk=payment.pk).update(closed_at_gateway=timezone.now())
    note(order, f"Dealt with: {reason} {note_text}", actor, payment=payment.pk)
    payment.refresh_from_db()
    return payment


@retrying_atomic
def deal_with_alert(*, alert: Alert, note_text: str, actor: Any = None) -> None:
    """Staff have seen to what a gateway reported."""
    open_ones = Alert.objects.filter(pk=alert.pk, resolved_at=None)
    done = open_ones.update(resolved_at=timezone.now(), resolved_by=actor, note=note_text[:200])
    if done and alert.order is not None:
        note(alert.order, f"Dealt with: {alert.message} {note_text}", actor)


def deal_with_event(*, event: GatewayEvent, note_text: str, actor: Any = None) -> None:
    """Staff know what became of a payment that is not ours."""
    open_ones = GatewayEvent.objects.filter(pk=event.pk, resolved_at=None)
    open_ones.update(resolved_at=timezone.now(), resolved_by=actor, note=note_text[:200])


@retrying_atomic
def write_off(*, order: Order, note_text: str, actor: Any = None) -> None:
    """Staff no longer wait for what an order owes; the order itself goes on saying so."""
    order = locked(order)
    if Alert.objects.filter(order=order, kind=Alert.Kind.UNPAID).exists():
        return
    words = f"{format_money(order.amount_due, order.currency)} of order {order.number} is written off"
    close_alert(kind=Alert.Kind.UNPAID, order=order, message=words, note=note_text, actor=actor)
    note(order, f"{words}: {note_text}", actor)


def explain_gap(*, counter: InvoiceCounter, note_text: str, actor: Any = None) -> None:
    """Keep why numbers of a series are missing, for whoever audits the books."""
    numbers = missing_numbers([counter])[counter.series]
    subject = gap_subject(counter, numbers)
    if not Alert.objects.filter(kind=Alert.Kind.NUMBERS, subject=subject).exists():
        close_alert(kind=Alert.Kind.NUMBERS, subject=subject, message=subject, note=note_text, actor=actor)
