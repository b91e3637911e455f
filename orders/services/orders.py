"""The order's life: paid, being prepared, cancelled, refunded. Shipping is in `fulfilment`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.services import inventory
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import ZERO, format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import CreditNote, Notification, Order
from orders.services import balances, reviving
from orders.services.arrival import later_promise
from orders.services.checkout import pay_until
from orders.services.credit_notes import issue_credit_note
from orders.services.discount_uses import release_uses
from orders.services.events import record
from orders.services.invoices import issue_invoice
from orders.services.notifications import owe
from orders.services.webhook_data import STATES, tell_order
from webhooks.event_types import EventType

# Of those paid in part only the ones that wait for what a gift card left to pay have an end.
_WAITING = (Order.PaymentStatus.UNPAID, Order.PaymentStatus.PARTLY_PAID)


class WrongState(DomainError):
    """The order is in a state from which this step is not possible; `data["allowed"]` has those that are."""

    code = "wrong_state"


def locked(order: Order) -> Order:
    """The order's row as it is now, locked until the transaction ends."""
    return Order.objects.select_for_update().get(pk=order.pk)


def move(order: Order, status: str, **changes: Any) -> None:
    """Change a locked order's status along its transition table; raises WrongState otherwise.

    The old state is part of the UPDATE, so a rival who was faster is noticed even where the
    database ignores row locks (SQLite).
    """
    if not order.can_become(status):
        raise wrong_state(order, status)
    rows = Order.objects.filter(pk=order.pk, status=order.status, picking_at=order.picking_at)
    if not rows.update(status=status, modified_at=timezone.now(), **changes):
        raise DomainError("Somebody else has just changed this order. Please look again.", code="conflict")
    order.refresh_from_db()
    tell_order(order, STATES.get(status))


def wrong_state(order: Order, status: str) -> WrongState:
    allowed = [Order.Status(code).label for code in sorted(Order.TRANSITIONS[order.status])]
    can = f"It can become: {', '.join(allowed)}." if allowed else "It can no longer change."
    return WrongState(
        f"Order {order.number} is {order.get_status_display().lower()} and cannot become "
        f"{Order.Status(status).label.lower()}. {can}",
        data={"allowed": allowed},
    )


@retrying_atomic
def mark_paid(
    *, order: Order, amount: Decimal | None = None, actor: Any = None, with_card: str = ""
) -> Order:
    """Money has arrived: `amount` of it, or without one all that is due, and then once only.

    `with_card` names the gift card it was taken from when the order was placed: the order waits
    for the rest no longer than it would without.

    An order with nothing left to pay goes on to be processed and gets its invoice; its delivery is
    promised anew when the money was waited for. The money of an order that was cancelled
    meanwhile is recorded too: one that was only paid too late lives again while its goods can be
    had (`reviving`), of any other `payments` sends it back.
    """
    order = locked(order)
    if amount is None:
        if order.is_paid:
            return order
        amount = max(order.balance, ZERO)
    had_money, was_paid = order.got_money, order.is_paid
    balances.add_money(order, paid=amount, keeps_time=bool(with_card))
    how = f"Paid with {with_card[:1].lower()}{with_card[1:]}" if with_card else "Payment received"
    is_part = had_money or with_card or not order.is_paid
    words = f": {format_money(amount, order.currency)}" if is_part else ""
    record(order=order, kind="paid", message=f"{how}{words}", actor=actor)
    news = EventType.ORDER_PAID if order.is_paid and not was_paid else EventType.ORDER_CHANGED
    tell_order(order, news)
    was_over = order.status == Order.Status.CANCELLED
    if was_over and not reviving.revive_or_ask(order):
        return order
    if order.overpaid_since:
        record(
            order=order,
            kind="overpaid",
            message=f"Overpaid by {format_money(-order.balance, order.currency)}; that has to go back.",
            is_public=False,
        )
    go_on(order)
    tell_order(order, news)  # the same event, with the state it has got to
    if order.is_paid and not was_over:
        balances.tell_paid(order)
    return order


def go_on(order: Order) -> None:
    """Take a locked order on once nothing is left to pay: to be prepared, and with an invoice."""
    if not order.is_paid:
        return
    if order.status == Order.Status.PENDING:
        move(order, Order.Status.PROCESSING, **later_promise(order, now=timezone.now()))
    issue_invoice(order=order)


@retrying_atomic
def choose_payment_method(*, order: Order, payment_method: str) -> Order:
    """The shopper will pay a waiting order this way: its time to pay is that way's, never less.

    An order that waits for nothing any more stays as it is.
    """
    order = locked(order)
    if order.status != Order.Status.PENDING or (order.got_money and order.expires_at is None):
        return order
    until = pay_until(payment_method, now=timezone.now())
    if until is not None and order.expires_at is not None:
        until = max(until, order.expires_at)
    Order.objects.filter(pk=order.pk, status=Order.Status.PENDING).update(
        payment_method=payment_method, expires_at=until, modified_at=timezone.now()
    )
    order.refresh_from_db()
    return order


@retrying_atomic
def mark_processing(*, order: Order, actor: Any = None) -> Order:
    """Staff begin to prepare an order that is paid at the door. Raises WrongState.

    Orders paid in advance get here by their payment: an unpaid one is refused.
    """
    order = locked(order)
    if order.status == Order.Status.PROCESSING:
        return order
    if order.awaits_balance or (not order.is_paid and order.expires_at is not None):
        raise WrongState(
            f"Order {order.number} has not been paid yet. Confirm its payment first.", code="not_paid"
        )
    move(order, Order.Status.PROCESSING)
    record(order=order, kind="processing", message="We are preparing your order", actor=actor)
    return order


@retrying_atomic
def cancel_order(
    *, order: Order, actor: Any = None, reason: str, by_shopper: bool = False, expired: bool = False
) -> Order:
    """Cancel before shipping: stock and discount uses go back. Repeating changes nothing.

    `expired`: only because its money was late, so money that comes after all may revive it.

    Money that was paid is `payments`' to return (`payments.services.orders.cancel_and_refund`).
    Raises WrongState once it has shipped, and for the shopper (`by_shopper`) DomainError
    (`picking`) once somebody has begun to pack it.
    """
    order = locked(order)
    if order.status == Order.Status.CANCELLED:
        return order
    if order.has_left:
        raise wrong_state(order, Order.Status.CANCELLED)
    if by_shopper and order.picking_at is not None:
        raise being_packed()
    move(order, Order.Status.CANCELLED, cancelled_at=timezone.now(), expires_at=None)
    inventory.release(reference=order.stock_reference)
    release_uses(order=order)
    record(
        order=order,
        kind="cancelled",
        message=f"Order cancelled: {reason}"[:300],
        actor=actor,
        data={"reason": reason, "expired": expired},
    )
    # An order that lived again can be cancelled again, and that is told again.
    times = order.events.filter(kind=reviving.REVIVED).count()
    owe(order=order, kind=Notification.Kind.ORDER_CANCELLED, key=f"again-{times}" if times else "")
    return order


def being_packed() -> DomainError:
    """Why the shopper can neither cancel nor change an order any more."""
    return DomainError(
        "We are packing it already, so it can no longer be cancelled or changed here. You can send it "
        "back when it has arrived, or write to us at once.",
        code="picking",
    )


@dataclass(frozen=True, kw_only=True)
class Sent:
    """Money that went back: `credit` of `amount` is what the order's total still asks for, and gets a
    credit note for `lines` (order line id -> pieces) and `shipping`, once for each `key`.

    `how` names the way it went, `arrival` says in a sentence how and when it comes. `is_rest`:
    another share of the same refund has the pieces.
    """

    amount: Decimal
    credit: Decimal
    key: str
    reason: str = ""
    how: str = ""
    arrival: str = ""
    lines: Mapping[int, int] = field(default_factory=dict)
    shipping: Decimal = ZERO
    is_rest: bool = False


@retrying_atomic
def mark_refunded(
    *, order: Order, sent: Sent, is_public: bool = True, tell: bool = False, actor: Any = None
) -> Order:
    """Money went back: book it, credit the invoice, and owe the shopper an email (`tell`).

    A shipped order of which no money is left is closed.
    """
    order = locked(order)
    balances.add_money(order, paid=-sent.amount, credited=sent.credit)
    if order.payment_status == Order.PaymentStatus.REFUNDED and order.can_become(Order.Status.REFUNDED):
        move(order, Order.Status.REFUNDED)
    note = _credit_note(order, sent, actor) if sent.credit else None
    event = record(
        order=order,
        kind="refunded",
        message=f"Refunded {format_money(sent.amount, order.currency)}",
        is_public=is_public,
        actor=actor,
        data={
            "amount": str(sent.amount),
            "reason": sent.reason,
            "arrival": sent.arrival,
            "credit_note": note.number if note else "",
        },
    )
    if tell:
        owe(order=order, kind=Notification.Kind.REFUND_SENT, key=str(event.pk))
    return order


def _credit_note(order: Order, sent: Sent, actor: Any) -> CreditNote | None:
    return issue_credit_note(
        order=order,
        amount=sent.credit,
        reason=sent.reason,
        key=sent.key,
        lines=sent.lines,
        shipping=sent.shipping,
        is_rest=sent.is_rest,
        method_label=sent.how,
        actor=actor,
    )


def expire_unpaid(*, now: datetime) -> int:
    """Cancel the orders whose time to pay is over at `now`; returns how many.

    One that is paid or changed meanwhile is left to whoever was faster.
    """
    waiting = Order.objects.filter(
        status=Order.Status.PENDING, payment_status__in=_WAITING, expires_at__lte=now
    ).order_by("pk")
    return sum(_expire(pk, now) for pk in list(waiting.values_list("pk", flat=True)[:500]))


@retrying_atomic
def _expire(pk: int, now: datetime) -> int:
    order = Order.objects.select_for_update().get(pk=pk)
    unpaid = order.payment_status in _WAITING
    if order.status != Order.Status.PENDING or not unpaid or not order.expires_at or order.expires_at > now:
        return 0
    cancel_order(order=order, reason="the payment did not arrive in time", expired=True)
    return 1
