"""The order's life: paid, being prepared, cancelled, refunded. Shipping is in `fulfilment`."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from catalog.services import inventory
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, Order
from orders.services.arrival import later_promise
from orders.services.checkout import pay_until
from orders.services.discount_uses import release_uses
from orders.services.events import record
from orders.services.invoices import issue_invoice
from orders.services.notifications import owe


class WrongState(DomainError):
    """The order is in a state from which this step is not possible; `data["allowed"]` has those that are."""

    code = "wrong_state"


def locked(order: Order) -> Order:
    """The order's row as it is now, locked until the transaction ends."""
    return Order.objects.select_for_update().get(pk=order.pk)


def move(order: Order, status: str, **changes: Any) -> None:
    """Change a locked order's status along its transition table; raises WrongState otherwise.

    The old status is part of the UPDATE, so a rival who was faster is noticed even where the
    database ignores row locks (SQLite).
    """
    if not order.can_become(status):
        raise wrong_state(order, status)
    rows = Order.objects.filter(pk=order.pk, status=order.status)
    if not rows.update(status=status, modified_at=timezone.now(), **changes):
        raise DomainError("Somebody else has just changed this order. Please look again.", code="conflict")
    order.refresh_from_db()


def wrong_state(order: Order, status: str) -> WrongState:
    allowed = [Order.Status(code).label for code in sorted(Order.TRANSITIONS[order.status])]
    can = f"It can become: {', '.join(allowed)}." if allowed else "It can no longer change."
    return WrongState(
        f"Order {order.number} is {order.get_status_display().lower()} and cannot become "
        f"{Order.Status(status).label.lower()}. {can}",
        data={"allowed": allowed},
    )


@retrying_atomic
def mark_paid(*, order: Order, actor: Any = None) -> Order:
    """The order's money has arrived. Repeating changes nothing.

    A waiting order goes on to be processed and gets its invoice; its delivery is promised anew
    when the money was waited for. The money of an order that
    was cancelled meanwhile is recorded too; `payments` sends it back.
    """
    order = locked(order)
    if order.payment_status != Order.PaymentStatus.UNPAID:
        return order
    now = timezone.now()
    Order.objects.filter(pk=order.pk).update(
        payment_status=Order.PaymentStatus.PAID, paid_at=now, expires_at=None, modified_at=now
    )
    order.refresh_from_db()
    record(order=order, kind="paid", message="Payment received", actor=actor)
    if order.status == Order.Status.CANCELLED:
        record(
            order=order,
            kind="paid_after_cancel",
            message="The payment arrived after the order was cancelled; it has to go back.",
            is_public=False,
        )
        return order
    if order.status == Order.Status.PENDING:
        move(order, Order.Status.PROCESSING, **later_promise(order, now=now))
    issue_invoice(order=order)
    owe(order=order, kind=Notification.Kind.ORDER_PAID)
    return order


@retrying_atomic
def choose_payment_method(*, order: Order, payment_method: str) -> Order:
    """The shopper will pay a waiting order this way: its time to pay is that way's, never less.

    An order that waits for nothing any more stays as it is.
    """
    order = locked(order)
    if order.status != Order.Status.PENDING or order.is_paid:
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
    if order.payment_status == Order.PaymentStatus.UNPAID and order.expires_at is not None:
        raise WrongState(
            f"Order {order.number} has not been paid yet. Confirm its payment first.", code="not_paid"
        )
    move(order, Order.Status.PROCESSING)
    record(order=order, kind="processing", message="We are preparing your order", actor=actor)
    return order


@retrying_atomic
def cancel_order(*, order: Order, actor: Any = None, reason: str) -> Order:
    """Cancel before shipping: stock and discount uses go back. Repeating changes nothing.

    Money that was paid is `payments`' to return (`payments.services.orders.cancel_and_refund`).
    Raises WrongState once it has shipped.
    """
    order = locked(order)
    if order.status == Order.Status.CANCELLED:
        return order
    if order.fulfilment_status != Order.FulfilmentStatus.UNFULFILLED:
        raise wrong_state(order, Order.Status.CANCELLED)
    move(order, Order.Status.CANCELLED, cancelled_at=timezone.now(), expires_at=None)
    inventory.release(reference=order.stock_reference)
    release_uses(order=order)
    record(
        order=order,
        kind="cancelled",
        message=f"Order cancelled: {reason}"[:300],
        actor=actor,
        data={"reason": reason},
    )
    owe(order=order, kind=Notification.Kind.ORDER_CANCELLED)
    return order


@retrying_atomic
def mark_refunded(*, order: Order, in_full: bool, actor: Any = None, amount_text: str = "") -> Order:
    """Money went back: all of it, or a part. A shipped order refunded in full is closed."""
    order = locked(order)
    status = Order.PaymentStatus.REFUNDED if in_full else Order.PaymentStatus.PARTLY_REFUNDED
    Order.objects.filter(pk=order.pk).update(payment_status=status, modified_at=timezone.now())
    order.refresh_from_db()
    if in_full and order.can_become(Order.Status.REFUNDED):
        move(order, Order.Status.REFUNDED)
    record(order=order, kind="refunded", message=f"Refunded {amount_text}".strip(), actor=actor)
    return order


def expire_unpaid(*, now: datetime) -> int:
    """Cancel the orders whose time to pay is over at `now`; returns how many.

    One that is paid or changed meanwhile is left to whoever was faster.
    """
    waiting = Order.objects.filter(
        status=Order.Status.PENDING, payment_status=Order.PaymentStatus.UNPAID, expires_at__lte=now
    ).order_by("pk")
    return sum(_expire(pk, now) for pk in list(waiting.values_list("pk", flat=True)[:500]))


@retrying_atomic
def _expire(pk: int, now: datetime) -> int:
    order = Order.objects.select_for_update().get(pk=pk)
    unpaid = order.payment_status == Order.PaymentStatus.UNPAID
    if order.status != Order.Status.PENDING or not unpaid or not order.expires_at or order.expires_at > now:
        return 0
    cancel_order(order=order, reason="the payment did not arrive in time")
    return 1
