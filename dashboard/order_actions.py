"""What staff can do with an order. Buttons and bulk actions both come from this list, and each
calls the service that shoppers, API and commands call too."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dashboard.order_forms import CancelForm, ReasonForm, ReceivePaymentForm, RefundForm, ShipForm
from dashboard.rights import CHANGE, PACK, SEND_MONEY, TAKE_MONEY
from dashboard.worklists import is_to_ship, waits_for_money
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services import fulfilment, picking
from orders.services import orders as order_services
from payments.models import Payment
from payments.services import orders as paid_orders
from payments.services import payments, refunds
from payments.services.receiving import receive_payment

log = logging.getLogger(__name__)

__all__ = ["ACTIONS", "CHANGE", "PACK", "SEND_MONEY", "TAKE_MONEY"]


def _confirm_payment(order: Order, actor: Any, **answers: Any) -> None:
    receive_payment(order=order, actor=actor, **answers)


def _authorised(order: Order) -> list[Payment]:
    return list(Payment.objects.filter(live_for=order.pk, status=Payment.Status.AUTHORISED))


def _capture(order: Order, actor: Any, **answers: Any) -> None:
    """Take the money that was promised for an order."""
    waiting = _authorised(order)
    if not waiting:
        raise DomainError(f"Order {order.number} has no authorised payment.", code="not_authorised")
    for payment in waiting:
        payments.capture_payment(payment=payment, actor=actor)


def _start(order: Order, actor: Any, **answers: Any) -> None:
    order_services.mark_processing(order=order, actor=actor)


def _pick(order: Order, actor: Any, **answers: Any) -> None:
    picking.start_picking(order=order, actor=actor)


def _stop_picking(order: Order, actor: Any, **answers: Any) -> None:
    picking.stop_picking(order=order, actor=actor)


@retrying_atomic
def _ship(order: Order, actor: Any, **answers: Any) -> None:
    """An order paid at the door may still be pending; it is taken in hand on the way."""
    if answers.get("despite_balance") and not actor.has_perm(TAKE_MONEY):
        raise DomainError(
            f"Order {order.number} is not paid in full; sending it all the same takes the permission "
            "to change payments.",
            code="not_allowed",
        )
    if order.status == Order.Status.PENDING:
        order_services.mark_processing(order=order, actor=actor)
    fulfilment.ship_order(order=order, actor=actor, **answers)


def _make_ready(order: Order, actor: Any, **answers: Any) -> None:
    """The goods lie ready: the same step as shipping, without a carrier to name."""
    _ship(order, actor, carrier="")


def _collected(order: Order, actor: Any, **answers: Any) -> None:
    if not order.is_collect:
        raise DomainError(f"Order {order.number} is sent, not collected.", code="not_collected")
    fulfilment.deliver_order(order=order, actor=actor)


def _deliver(order: Order, actor: Any, **answers: Any) -> None:
    fulfilment.deliver_order(order=order, actor=actor)


def _cancel(order: Order, actor: Any, **answers: Any) -> None:
    if order.got_money and not actor.has_perm(SEND_MONEY):
        raise DomainError(
            f"Order {order.number} is paid; cancelling it sends money back, which you may not do.",
            code="not_allowed",
        )
    paid_orders.cancel_and_refund(order=order, reason=answers["reason"], actor=actor)


def _refund(order: Order, actor: Any, **answers: Any) -> None:
    """Send back what is left of the payments; asking twice sends it once."""
    if not refunds.return_everything(order=order, reason=answers["reason"], actor=actor):
        raise DomainError(f"Order {order.number} has no money left to send back.", code="nothing_to_refund")


@dataclass(frozen=True, kw_only=True)
class OrderAction:
    """A step: how it is called, who may take it, when it is offered, and what takes it.

    `form_class` asks for what the step needs to know, on a page of its own; `danger` marks
    what cannot be taken back.
    """

    code: str
    label: str
    bulk_label: str
    done: str
    icon: str
    run: Callable[..., None]
    offered: Callable[[Order], bool]
    permissions: tuple[str, ...] = (CHANGE,)
    form_class: type[ShipForm] | type[ReasonForm] | type[ReceivePaymentForm] | None = None
    in_bulk: bool = True
    danger: bool = False

    @property
    def asks(self) -> bool:
        """Whether a page with questions comes first. (A template would call `form_class`.)"""
        return self.form_class is not None

    def permitted(self, user: Any) -> bool:
        return user.has_perms(self.permissions)

    def offered_to(self, user: Any, order: Order) -> bool:
        """Whether this person is offered the step; sending what is not paid in full takes a right more."""
        needs_more = self.code == "ship" and order.awaits_balance and not user.has_perm(TAKE_MONEY)
        return self.permitted(user) and self.offered(order) and not needs_more


def _can_cancel(order: Order) -> bool:
    nothing_left = order.fulfilment_status == Order.FulfilmentStatus.UNFULFILLED
    return order.can_be_cancelled and nothing_left


def _can_refund(order: Order) -> bool:
    """Money of an order that has not shipped goes back by cancelling it."""
    holds_money = order.got_money and order.payment_status != Order.PaymentStatus.REFUNDED
    done_with = (Order.Status.SHIPPED, Order.Status.DELIVERED, Order.Status.CANCELLED)
    return holds_money and order.status in done_with


ACTIONS: dict[str, OrderAction] = {
    action.code: action
    for action in (
        OrderAction(
            code="confirm-payment",
            label="Confirm payment",
            bulk_label="Confirm payment",
            done="confirmed as paid",
            icon="payments",
            run=_confirm_payment,
            offered=lambda order: not order.is_paid and order.status != Order.Status.CANCELLED,
            permissions=(CHANGE, TAKE_MONEY),
            form_class=ReceivePaymentForm,
        ),
        OrderAction(
            code="capture",
            label="Capture payment",
            bulk_label="Capture payments",
            done="paid",
            icon="price_check",
            run=_capture,
            offered=lambda order: not order.is_paid and order.can_be_edited and bool(_authorised(order)),
            permissions=(CHANGE, TAKE_MONEY),
        ),
        OrderAction(
            code="process",
            label="Start preparing",
            bulk_label="Mark as processing",
            done="marked as processing",
            icon="inventory_2",
            run=_start,
            permissions=(PACK,),
            offered=lambda order: order.status == Order.Status.PENDING and not waits_for_money(order),
        ),
        OrderAction(
            code="pick",
            label="Start picking",
            bulk_label="Start picking",
            done="being picked",
            icon="shopping_basket",
            run=_pick,
            permissions=(PACK,),
            offered=lambda order: is_to_ship(order) and order.picking_at is None,
        ),
        OrderAction(
            code="ship",
            label="Ship",
            bulk_label="Ship",
            done="shipped",
            icon="local_shipping",
            run=_ship,
            permissions=(PACK,),
            offered=lambda order: (
                not order.is_collect and (is_to_ship(order) or (order.awaits_balance and order.can_be_edited))
            ),
            form_class=ShipForm,
        ),
        OrderAction(
            code="ready",
            label="Ready to collect",
            bulk_label="Mark as ready to collect",
            done="ready to collect",
            icon="shopping_bag",
            run=_make_ready,
            permissions=(PACK,),
            offered=lambda order: is_to_ship(order) and order.is_collect,
        ),
        OrderAction(
            code="collected",
            label="Collected",
            bulk_label="Mark as collected",
            done="collected",
            icon="shopping_bag_speed",
            run=_collected,
            permissions=(PACK,),
            offered=lambda order: order.status == Order.Status.SHIPPED and order.is_collect,
        ),
        OrderAction(
            code="stop-picking",
            label="Back to waiting",
            bulk_label="Back to waiting",
            done="waiting again",
            icon="undo",
            run=_stop_picking,
            permissions=(PACK,),
            offered=lambda order: order.picking_at is not None and order.can_be_edited and not order.has_left,
        ),
        OrderAction(
            code="deliver",
            label="Mark as delivered",
            bulk_label="Mark as delivered",
            done="marked as delivered",
            icon="where_to_vote",
            run=_deliver,
            permissions=(PACK,),
            offered=lambda order: order.status == Order.Status.SHIPPED and not order.is_collect,
        ),
        OrderAction(
            code="refund",
            label="Refund in full",
            bulk_label="Refund in full",
            done="refunded",
            icon="undo",
            run=_refund,
            offered=_can_refund,
            permissions=(CHANGE, SEND_MONEY),
            form_class=RefundForm,
            in_bulk=False,
            danger=True,
        ),
        OrderAction(
            code="cancel",
            label="Cancel order",
            bulk_label="Cancel",
            done="cancelled",
            icon="cancel",
            run=_cancel,
            offered=_can_cancel,
            form_class=CancelForm,
            danger=True,
        ),
    )
}


@dataclass(kw_only=True)
class Report:
    """What became of each order."""

    done: list[Order] = field(default_factory=list)
    failed: list[tuple[Order, str]] = field(default_factory=list)


def run_for_all(
    action: OrderAction, orders: Iterable[Order], *, actor: Any, answers: Callable[[Order], dict[str, Any]]
) -> Report:
    """Take the step for each order by itself; one that fails does not hold up the others."""
    report = Report()
    for order in orders:
        try:
            action.run(order, actor, **answers(order))
        except DomainError as error:
            report.failed.append((order, error.message))
        except Exception:
            log.exception("%s failed for order %s", action.code, order.number)
            report.failed.append((order, "Something went wrong here; it is in the log. Please try it alone."))
        else:
            report.done.append(order)
    return report
