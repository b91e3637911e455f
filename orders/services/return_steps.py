"""What follows on a request to return: approved, received, restocked, or ended.

Each step moves the status by a guarded UPDATE, writes the order's history and owes the emails.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone

from catalog.services import inventory
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, OrderLine, Return, ReturnLine
from orders.services.events import record
from orders.services.notifications import owe
from orders.services.orders import locked

_States = Return.Status


class WrongReturnState(DomainError):
    """The return is in a state from which this step is not possible."""

    code = "wrong_state"


def _free_pieces(return_: Return) -> None:
    for row in return_.lines.order_by("line_id"):
        _free(row, row.quantity)


def _free(row: ReturnLine, pieces: int) -> None:
    """They are no longer asked back, and may be again."""
    OrderLine.objects.filter(pk=row.line_id).update(quantity_returned=F("quantity_returned") - pieces)


def locked_return(return_: Return) -> Return:
    """The return as it is now; its order's row is locked until the transaction ends."""
    order = locked(return_.order)
    found = Return.objects.select_for_update().get(pk=return_.pk)
    found.order = order
    return found


def move_return(return_: Return, status: str, **changes: Any) -> None:
    """Change a locked return's status along its table; raises WrongReturnState otherwise.

    The old status is part of the UPDATE, as in `orders.move`.
    """
    if not return_.can_become(status):
        raise WrongReturnState(
            f"Return {return_.number} is in the state “{return_.get_status_display().lower()}”; "
            f"it cannot become “{Return.Status(status).label.lower()}”."
        )
    order, rows = return_.order, Return.objects.filter(pk=return_.pk, status=return_.status)
    if not rows.update(status=status, modified_at=timezone.now(), **changes):
        raise DomainError("Somebody else has just changed this return. Please look again.", code="conflict")
    return_.refresh_from_db()
    return_.order = order


@retrying_atomic
def approve_return(*, return_: Return, answer: str = "", actor: Any = None) -> Return:
    """The shopper may send it; they get the address and a label. Repeating changes nothing."""
    return_ = locked_return(return_)
    if return_.status == _States.APPROVED:
        return return_
    move_return(return_, _States.APPROVED, approved_at=timezone.now(), staff_answer=answer[:300])
    _record(return_, "return_approved", "approved: please send it to us", actor)
    owe(order=return_.order, kind=Notification.Kind.RETURN_APPROVED, key=str(return_.pk))
    after_commit(task_named("documents.store_return_label"), return_.pk)
    return return_


@retrying_atomic
def reject_return(*, return_: Return, reason: str, actor: Any = None) -> Return:
    """Staff do not accept it; `reason` is for the shopper. Repeating changes nothing."""
    if not reason.strip():
        raise BadInput("Say why; the shopper reads it.", field="reason")
    return_ = locked_return(return_)
    if return_.status == _States.REJECTED:
        return return_
    move_return(return_, _States.REJECTED, closed_at=timezone.now(), staff_answer=reason.strip()[:300])
    _free_pieces(return_)
    _record(return_, "return_rejected", f"not accepted: {reason.strip()}", actor)
    owe(order=return_.order, kind=Notification.Kind.RETURN_REJECTED, key=str(return_.pk))
    return return_


@retrying_atomic
def cancel_return(*, return_: Return, actor: Any = None) -> Return:
    """The shopper keeps the things after all, as long as they have not arrived here.

    Repeating changes nothing. A withdrawal has ended the contract and is not taken back here.
    """
    return_ = locked_return(return_)
    if return_.status == _States.CANCELLED:
        return return_
    if return_.kind == Return.Kind.WITHDRAWAL:
        raise WrongReturnState("A withdrawal cannot be taken back here. Please write to us.")
    move_return(return_, _States.CANCELLED, closed_at=timezone.now())
    _free_pieces(return_)
    _record(return_, "return_cancelled", "cancelled", actor, label=return_.order.name)
    return return_


@retrying_atomic
def receive_return(*, return_: Return, received: Mapping[int, tuple[int, int]], actor: Any = None) -> Return:
    """The parcel is here: `received` has, by return line id, pieces arrived and pieces restocked.

    What goes back on the shelf is booked into stock; what did not arrive may be asked back
    again. Repeating changes nothing. Raises BadInput for more than was announced, or nothing.
    """
    return_ = locked_return(return_)
    if return_.status == _States.RECEIVED:
        return return_
    rows = list(return_.lines.select_related("line__variant__product").order_by("line__variant_id"))
    _require_sensible(rows, received)
    move_return(return_, _States.RECEIVED, received_at=timezone.now())
    for row in rows:
        arrived, restocked = received.get(row.pk, (0, 0))
        ReturnLine.objects.filter(pk=row.pk).update(received_quantity=arrived, restocked_quantity=restocked)
        if arrived < row.quantity:
            _free(row, row.quantity - arrived)
        if restocked:
            inventory.give_back(
                variant=row.line.variant,
                quantity=restocked,
                reference=return_.order.stock_reference,
                actor=actor,
                reason=f"Return {return_.number}",
            )
    _record(return_, "return_received", "has arrived", actor)
    return return_


def _require_sensible(rows: list[ReturnLine], received: Mapping[int, tuple[int, int]]) -> None:
    if set(received) - {row.pk for row in rows}:
        raise BadInput("This return has no such line.", field="lines")
    for row in rows:
        arrived, restocked = received.get(row.pk, (0, 0))
        if not 0 <= restocked <= arrived <= row.quantity:
            raise BadInput(
                f"{row.line.full_name}: at most {row.quantity} can have arrived, "
                "and no more than arrived can go back on the shelf.",
                field="lines",
            )
    if not any(arrived for arrived, _ in received.values()):
        raise BadInput("Nothing has arrived. Close the return without refund instead.", field="lines")


@retrying_atomic
def close_return(*, return_: Return, reason: str, actor: Any = None) -> Return:
    """End it without money: never sent, or there is nothing to pay. Repeating changes nothing.

    Pieces that never came may be asked back again. Raises DomainError once the money was decided.
    """
    if not reason.strip():
        raise BadInput("Say why; the shopper reads it.", field="reason")
    return_ = locked_return(return_)
    if return_.status == _States.CLOSED:
        return return_
    if return_.refund_decided_at is not None:
        raise DomainError(f"The money of return {return_.number} is on its way already.", code="decided")
    never_came = return_.status == _States.APPROVED
    move_return(return_, _States.CLOSED, closed_at=timezone.now(), staff_answer=reason.strip()[:300])
    if never_came:
        _free_pieces(return_)
    _record(return_, "return_closed", f"closed without refund: {reason.strip()}", actor)
    owe(order=return_.order, kind=Notification.Kind.RETURN_REJECTED, key=str(return_.pk))
    return return_


def _record(return_: Return, kind: str, words: str, actor: Any, *, label: str = "") -> None:
    record(
        order=return_.order,
        kind=kind,
        message=f"Return {return_.number} {words}"[:300],
        actor=actor,
        actor_label="" if actor else label,
        data={"return": return_.number},
    )
