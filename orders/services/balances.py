"""What came in for an order, what went back, and what that makes of its payment status.

Called by `payments` in the transaction that books the money, with the order's row locked.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import StoreSettings
from ecommerce.lib.money import ZERO
from orders.models import Notification, Order
from orders.services.notifications import owe

_STATES = Order.PaymentStatus


def payment_state(order: Order) -> str:
    """The payment status that follows from the amounts of `order`."""
    if order.amount_credited and not order.amount_paid:
        return _STATES.REFUNDED
    if order.amount_due:
        # An order that cost nothing was paid as well: what it costs now is the rest.
        return _STATES.PARTLY_PAID if order.amount_paid or order.got_money else _STATES.UNPAID
    if order.status == Order.Status.CANCELLED and not order.amount_paid:
        return order.payment_status
    return _STATES.PARTLY_REFUNDED if order.amount_credited else _STATES.PAID


def add_money(
    order: Order, *, paid: Decimal = ZERO, credited: Decimal = ZERO, keeps_time: bool = False
) -> None:
    """Add to what was `paid` (negative: sent back) and `credited` for a locked order.

    With money on it an order waits for the rest as long as that takes. `keeps_time`: not for this
    money, which was put in when placing the order; it still ends when the rest does not come.
    """
    stays = {} if keeps_time or paid <= 0 else {"expires_at": None}
    # Added here, in Decimal: SQLite adds in binary.
    row = Order.objects.select_for_update().only("amount_paid", "amount_credited").get(pk=order.pk)
    Order.objects.filter(pk=order.pk).update(
        amount_paid=row.amount_paid + paid,
        amount_credited=row.amount_credited + credited,
        modified_at=timezone.now(),
        **stays,
    )
    order.refresh_from_db()
    weigh(order)


def weigh(order: Order) -> None:
    """Write the payment status of a locked order whose amounts or total have just changed."""
    now = timezone.now()
    changes: dict[str, Any] = {"payment_status": payment_state(order)}
    is_over = order.balance < 0 and order.status != Order.Status.CANCELLED
    changes["overpaid_since"] = (order.overpaid_since or now) if is_over else None
    if changes["payment_status"] not in (_STATES.UNPAID, _STATES.PARTLY_PAID):
        changes["expires_at"] = None
    if changes["payment_status"] == _STATES.PAID and order.paid_at is None:
        changes["paid_at"] = now
    Order.objects.filter(pk=order.pk).update(**changes)
    order.refresh_from_db()


def tell_paid(order: Order) -> None:
    """Owe the email that says so: once for the order, and once for each later balance."""
    told = (Notification.Kind.ORDER_PAID, Notification.Kind.ORDER_REVIVED)
    first = not order.notifications.filter(kind__in=told).exists()
    owe(order=order, kind=Notification.Kind.ORDER_PAID, key="" if first else f"revision-{order.revision}")


def give_time(order: Order) -> None:
    """After a change the shopper has as long to pay as for a transfer: the email has to be read first."""
    if order.expires_at is not None and order.amount_due:
        until = timezone.now() + timedelta(hours=StoreSettings.current().unpaid_hours)
        Order.objects.filter(pk=order.pk, expires_at__lt=until).update(expires_at=until)
        order.refresh_from_db()


def keep_until(*, order: Order, until: datetime | None) -> None:
    """The money of a locked waiting order is promised until then (None: nobody says): it waits as long."""
    if order.expires_at is not None and until is not None and until > order.expires_at:
        Order.objects.filter(pk=order.pk).update(expires_at=until)
        order.refresh_from_db()
