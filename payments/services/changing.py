"""Orders changed after placing, together with their money."""

import logging
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, Order
from orders.models.balance import PAID_AT_DOOR
from orders.services.balances import give_time
from orders.services.changing import redirect_order
from orders.services.editing import Edit, edit_order
from orders.services.notifications import owe
from payments.gateways.base import GatewayError
from payments.services.payments import call_off_payment, create_payment, open_payment
from payments.services.refunds import return_surplus

log = logging.getLogger(__name__)
SEND_MONEY = "payments.add_refund"


class MayNotRefund(DomainError):
    """The change sends money back, and whoever asks for it may not do that."""

    code = "not_allowed"
    http_status = 403


def require_right_to_settle(*, order: Order, new_total: Decimal, actor: Any) -> None:
    """Raise MayNotRefund when `order` at `new_total` sends money back and `actor` may not do that."""
    back = order.amount_paid + order.amount_credited - new_total
    if back > 0 and not actor.has_perm(SEND_MONEY):
        raise MayNotRefund(f"This sends {format_money(back, order.currency)} back, which you may not do.")


def edit_and_settle(
    *, order: Order, edit: Edit, revision: int, confirmed_total: Decimal, actor: Any = None
) -> Order:
    """Edit an order and see to the difference: ask for it, or send it back.

    Raises what `edit_order` raises. Money that the gateway cannot take back now is owed: the
    sweep sends it.
    """
    change = partial(
        edit_order, order=order, edit=edit, revision=revision, confirmed_total=confirmed_total, actor=actor
    )
    return _settled(change, order=order, reason=edit.reason, actor=actor)


def redirect_and_settle(
    *, order: Order, address: PostalAddress, confirmed_total: Decimal | None = None, actor: Any = None
) -> Order:
    """Send an order elsewhere and see to the difference. Raises what `redirect_order` raises."""
    change = partial(
        redirect_order, order=order, address=address, confirmed_total=confirmed_total, actor=actor
    )
    return _settled(change, order=order, reason="another address", actor=actor)


def _settled(change: Callable[[], Order], *, order: Order, reason: str, actor: Any) -> Order:
    changed = _change_and_ask(change, revision=order.revision)
    try:
        return_surplus(order=changed, reason=f"The order was changed: {reason}", actor=actor)
    except GatewayError:
        log.warning("money of order %s could not be sent back yet", changed.number)
    changed.refresh_from_db()
    return changed


@retrying_atomic
def _change_and_ask(change: Callable[[], Order], *, revision: int) -> Order:
    """The change, the payment it asks for and the email about it are written together."""
    order = change()
    if order.revision != revision:
        ask_for_balance(order)
    return order


def ask_for_balance(order: Order) -> None:
    """After a change of a locked order: the open payment and the email say what is due now."""
    live = open_payment(order)
    if live is not None and live.amount != order.amount_due:
        call_off_payment(payment=live, reason="The order was changed.")
        if order.amount_due:
            create_payment(order=order, gateway=live.gateway)
    give_time(order)
    asks = order.amount_due and order.payment_method != PAID_AT_DOOR
    kind = Notification.Kind.PAYMENT_REQUEST if asks else Notification.Kind.ORDER_CHANGED
    owe(order=order, kind=kind, key=str(order.revision))
