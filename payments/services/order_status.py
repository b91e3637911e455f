"""An order's next state, by its name: each is the work of the service that owns it."""

from typing import Any

from ecommerce.lib.errors import DomainError
from orders.models import Order, ShippingMethod
from orders.services.fulfilment import deliver_order, ship_order
from orders.services.orders import mark_processing, wrong_state
from payments.gateways.base import GatewayError
from payments.services.orders import cancel_and_refund
from payments.services.refunds import return_everything


def change_status(
    *,
    order: Order,
    status: str,
    actor: Any = None,
    reason: str = "",
    carrier: str = "",
    tracking_number: str = "",
    by_shopper: bool = False,
) -> Order:
    """Take `order` to `status` and return it as it is then; where it is already changes nothing.

    `carrier` and `tracking_number` are for shipping; without a carrier it is the one of the
    order's delivery method. `reason` is for cancelling and refunding; a shopper (`by_shopper`) may
    cancel until the order is picked. Raises WrongState, naming
    the states that are possible, and what the service in charge raises.
    """
    if order.status == status:
        return order
    if not order.can_become(status):
        raise wrong_state(order, status)
    if status == Order.Status.PROCESSING:
        mark_processing(order=order, actor=actor)
    elif status == Order.Status.SHIPPED:
        carrier = carrier or _usual_carrier(order)
        ship_order(order=order, carrier=carrier, tracking_number=tracking_number, actor=actor)
    elif status == Order.Status.DELIVERED:
        deliver_order(order=order, actor=actor)
    elif status == Order.Status.CANCELLED:
        _cancel(order, reason or "asked for by the customer", actor, by_shopper)
    else:
        _refund(order, reason or "Refunded in full", actor)
    order.refresh_from_db()
    return order


def _usual_carrier(order: Order) -> str:
    if order.is_collect:
        return ""
    methods = ShippingMethod.all_objects.filter(code=order.shipping_method).order_by("is_deleted", "-pk")
    return methods.values_list("carrier", flat=True).first() or order.shipping_name


def _cancel(order: Order, reason: str, actor: Any, by_shopper: bool) -> None:
    """A refund that the gateway could not take yet is still owed: the sweep sends it."""
    try:
        cancel_and_refund(order=order, reason=reason, actor=actor, by_shopper=by_shopper)
    except GatewayError:
        order.refresh_from_db()
        if order.status != Order.Status.CANCELLED:
            raise


def _refund(order: Order, reason: str, actor: Any) -> None:
    if not return_everything(order=order, reason=reason, actor=actor):
        raise DomainError(f"Order {order.number} has no money left to send back.", code="nothing_to_refund")
