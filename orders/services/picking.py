"""From "waiting" to "being packed": from then on the shopper can no longer change the order."""

from typing import Any

from django.utils import timezone

from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.events import record
from orders.services.orders import WrongState, being_packed, locked, mark_processing


@retrying_atomic
def start_picking(*, order: Order, actor: Any = None) -> Order:
    """Somebody takes the order off the shelf. Repeating changes nothing.

    An order that is paid at the door is taken in hand on the way. Raises WrongState for one that
    is not paid, or that is not being processed.
    """
    order = locked(order)
    if order.status == Order.Status.PENDING:
        order = mark_processing(order=order, actor=actor)
    if order.status != Order.Status.PROCESSING:
        raise WrongState(
            f"Order {order.number} is {order.get_status_display().lower()} and cannot be picked.",
            code="not_pickable",
        )
    require_paid(order)
    waiting = Order.objects.filter(pk=order.pk, status=Order.Status.PROCESSING, picking_at=None)
    if waiting.update(picking_at=timezone.now(), modified_at=timezone.now()):
        record(order=order, kind="picking", message="We are packing your order", actor=actor)
    order.refresh_from_db()
    return order


@retrying_atomic
def stop_picking(*, order: Order, actor: Any = None) -> Order:
    """Put the order back to those that wait: the shopper may change it again. Repeating is fine.

    Raises WrongState once a parcel has left.
    """
    order = locked(order)
    if order.has_left or not order.can_be_edited:
        raise WrongState(f"Order {order.number} has left already, in part at least.", code="has_left")
    picked = Order.objects.filter(pk=order.pk, picking_at__isnull=False)
    if picked.update(picking_at=None, modified_at=timezone.now()):
        record(order=order, kind="picking_stopped", message="Back to waiting", actor=actor, is_public=False)
    order.refresh_from_db()
    return order


def require_paid(order: Order) -> None:
    """Raise WrongState (`balance_due`) for an order that waits for the rest of its money."""
    if order.awaits_balance:
        raise WrongState(f"Order {order.number} was changed and is not paid in full yet.", code="balance_due")


def require_changeable(order: Order) -> None:
    """Raise DomainError when it is too late for the shopper to change or cancel a locked order."""
    if order.can_be_changed_by_shopper:
        return
    if not order.can_be_edited:
        raise DomainError(
            f"Order {order.number} is {order.get_status_display().lower()} and can no longer be changed.",
            code="too_late",
        )
    raise being_packed()
