"""Asking for goods to be taken back. What follows is in `return_steps`, the money in `payments`.

Every piece asked back is counted on its order line by a guarded UPDATE, so that no more can
come back than was sent, however many requests meet. docs/returns.md has states and numbers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from catalog.models import StoreSettings
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.deadlines import return_deadline
from orders.models import Notification, Order, OrderLine, Return, ReturnLine, Withdrawal
from orders.services.events import record
from orders.services.notifications import owe
from orders.services.orders import locked
from orders.services.return_steps import WrongReturnState, approve_return

# Pieces, reason and note of a line.
Ask = tuple[int, str, str]
_SENDS_BACK = (Order.Status.PROCESSING, Order.Status.SHIPPED, Order.Status.DELIVERED)


class TooLate(DomainError):
    """The days in which goods may be sent back are over."""

    code = "too_late"


def deadline_of(order: Order) -> datetime | None:
    """The last moment to send something of `order` back; None while it has not begun to run."""
    shop = StoreSettings.current()
    return return_deadline(
        delivered_at=order.delivered_at,
        shipped_at=order.shipped_at,
        days=shop.return_days,
        country=order.delivery_address.country,
    )


def may_send_back(order: Order, *, now: datetime) -> bool:
    """Whether order and calendar allow it; whether any piece is left is for the lines to say."""
    deadline = deadline_of(order)
    return order.status in _SENDS_BACK and (deadline is None or now <= deadline)


def left_to_return(line: OrderLine) -> int:
    """Pieces that were sent, that nobody has asked back and whose money did not go back either."""
    return max(line.quantity_shipped - line.quantity_returned - line.quantity_refunded, 0)


@retrying_atomic
def request_return(
    *,
    order: Order,
    lines: Mapping[int, Ask],
    note: str = "",
    key: str = "",
    actor: Any = None,
    now: datetime | None = None,
) -> Return:
    """Ask for `lines` (order line id -> pieces, reason, note) to be taken back.

    The same `key` asks once. Raises TooLate after the deadline, DomainError (`too_many`) for
    more pieces than were sent, BadInput for no pieces or an unknown reason, WrongReturnState
    for an order of which nothing was sent or whose money went back.
    """
    order = locked(order)
    if found := already_requested(order=order, key=key):
        return found
    _require_open(order, now or timezone.now())
    made = _create(order, lines, kind=Return.Kind.RETURN, note=note, key=key, actor=actor)
    record(
        order=order,
        kind="return_requested",
        message=f"Return {made.number} asked for",
        actor=actor,
        actor_label="" if actor else order.name,
        data={"return": made.number},
    )
    owe(order=order, kind=Notification.Kind.RETURN_REQUESTED, key=str(made.pk))
    return made


def already_requested(*, order: Order, key: str) -> Return | None:
    """The return of `order` that was asked for with `key`, if there is one."""
    return order.returns.filter(request_key=_key(order, key)).first() if key else None


def _key(order: Order, key: str) -> str | None:
    """The key within its order: nobody can take another order's."""
    return f"{order.pk}:{key}" if key else None


@retrying_atomic
def withdraw_shipped(
    *, withdrawal: Withdrawal, lines: Mapping[int, int], actor: Any = None, now: datetime
) -> Return:
    """Have sent pieces (order line id -> pieces) come back by withdrawal: approved at once."""
    order = locked(withdrawal.order)
    asked = {pk: (pieces, ReturnLine.Reason.WITHDRAWN, "") for pk, pieces in lines.items()}
    made = _create(order, asked, kind=Return.Kind.WITHDRAWAL, withdrawal=withdrawal, actor=actor)
    return approve_return(return_=made, actor=actor)


def _require_open(order: Order, now: datetime) -> None:
    if order.status not in _SENDS_BACK:
        raise WrongReturnState(
            f"Order {order.number} is {order.get_status_display().lower()}; nothing of it can be sent back."
        )
    if not may_send_back(order, now=now):
        shop, last = StoreSettings.current(), deadline_of(order)
        raise TooLate(
            f"The time to send something back ended on {last:%-d %B %Y}. If a thing is faulty, or for any "
            f"question, write to {shop.contact_email} or call {shop.contact_phone}."
        )


def _create(
    order: Order, lines: Mapping[int, Ask], *, kind: str, key: str = "", actor: Any = None, **fields: Any
) -> Return:
    wanted = {pk: ask for pk, ask in sorted(lines.items()) if ask[0]}
    if not wanted:
        raise BadInput("Choose at least one thing to send back.", code="nothing_chosen")
    if any(reason not in ReturnLine.Reason.values for _, reason, _ in wanted.values()):
        raise BadInput("Choose a reason from the list.", field="reason")
    for pk, (pieces, _, _) in wanted.items():
        claim_pieces(order, pk, pieces)
    made = Return.objects.create(
        order=order,
        kind=kind,
        email=order.email,
        request_key=_key(order, key),
        created_by=actor,
        **fields,
    )
    ReturnLine.objects.bulk_create(
        ReturnLine(return_made=made, line_id=pk, quantity=pieces, reason=reason, note=note[:300])
        for pk, (pieces, reason, note) in wanted.items()
    )
    return made


def claim_pieces(order: Order, line_id: int, pieces: int) -> None:
    """Count `pieces` as asked back. The condition is part of the UPDATE: nobody gets between."""
    enough = OrderLine.objects.filter(
        pk=line_id,
        order=order,
        quantity_shipped__gte=F("quantity_returned") + F("quantity_refunded") + pieces,
    )
    if pieces < 1 or not enough.update(quantity_returned=F("quantity_returned") + pieces):
        line = order.lines.filter(pk=line_id).first()
        if line is None or pieces < 1:
            raise BadInput("The order does not have that many of this.", field="lines")
        left = left_to_return(line)
        words = f"{left} of {line.full_name} can" if left else f"None of {line.full_name} can"
        raise DomainError(f"{words} still be sent back.", code="too_many", field="lines", data={"left": left})
