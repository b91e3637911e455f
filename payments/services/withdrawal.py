"""Withdrawal from a contract: recorded with its time, receipted, and what follows from it.

Directive 2011/83/EU, article 11a (as amended by Directive (EU) 2023/2673, applies from 19 June
2026): a statement made online is acknowledged at once on a durable medium, with its content
and the date and time it was received.
"""

import hashlib
import logging
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, Order, OrderLine, Return, Withdrawal
from orders.services.editing import Edit, edit_of_key, preview_edit
from orders.services.events import record
from orders.services.notifications import owe
from orders.services.orders import cancel_order, locked
from orders.services.returns import TooLate, deadline_of, left_to_return, withdraw_shipped
from payments.gateways.base import GatewayError
from payments.services.changing import edit_and_settle
from payments.services.orders import cancel_and_refund

log = logging.getLogger(__name__)
REASON = "you withdrew from the contract"


def withdraw(
    *,
    order: Order,
    name: str,
    email: str,
    line_ids: Collection[int],
    actor: Any = None,
    now: datetime | None = None,
) -> Withdrawal:
    """Record that `name` withdraws from the contract for the lines `line_ids`, and act on it.

    What has not left is cancelled when it is the whole order, taken out of it when it is a part,
    and paid back; what has left becomes an approved return. The same things of an
    order are withdrawn from once: repeating gives the same receipt. Raises BadInput for no
    lines, TooLate after the period, DomainError (`nothing_left`) when nothing is left of them.
    """
    withdrawal = _record(
        order=order, name=name, email=email, line_ids=line_ids, actor=actor, now=now or timezone.now()
    )
    order.refresh_from_db()
    if order.status == Order.Status.CANCELLED:
        with suppress(GatewayError):  # the refund stays owed then, and the sweep sends it
            cancel_and_refund(order=order, reason=REASON, actor=actor)
    else:
        _take_out(withdrawal, actor)
    return withdrawal


def _take_out(withdrawal: Withdrawal, actor: Any) -> None:
    """Take what has not left out of the order and pay it back, once.

    When that cannot be (a discount ends with it, so that the rest would cost more), the flag in
    the order's history leaves it to staff.
    """
    order, key = withdrawal.order, f"withdrawal-{withdrawal.pk}"
    order.refresh_from_db()
    flag = order.events.filter(kind="withdraw_lines", data__withdrawal=withdrawal.pk).first()
    if flag is None or edit_of_key(order, key):
        return
    pieces = {int(pk): count for pk, count in flag.data["lines"].items()}
    lines = order.lines.filter(pk__in=pieces)
    quantities = {line.pk: line.quantity - pieces[line.pk] for line in lines}
    edit = Edit(quantities=quantities, additions={}, reason=f"{REASON} for a part of it", key=key)
    try:
        preview = preview_edit(order=order, edit=edit, actor=actor)
        if preview.difference > 0:
            return
        edit_and_settle(
            order=order,
            edit=edit,
            revision=preview.revision,
            confirmed_total=preview.quote.total,
            actor=actor,
        )
    except DomainError as error:
        log.warning("withdrawn lines of order %s were not taken out: %s", order.number, error.message)


def require_withdrawable(order: Order, *, now: datetime) -> None:
    """Raise DomainError in words for the shopper when there is nothing to withdraw from now."""
    if order.status in (Order.Status.CANCELLED, Order.Status.REFUNDED):
        words = order.get_status_display().lower()
        raise DomainError(f"Order {order.number} is {words} already: nothing is left to withdraw from.")
    deadline = deadline_of(order)
    if deadline is not None and now > deadline:
        raise TooLate(f"The time to withdraw from order {order.number} ended on {deadline:%-d %B %Y}.")


def withdrawable_lines(order: Order) -> list[tuple[OrderLine, int]]:
    """Lines with their pieces that are not on their way back and not withdrawn from."""
    gone = _withdrawn(order)
    pieces = [(line, left_to_return(line) + _unsent(line, gone)) for line in order.lines.all()]
    return [(line, left) for line, left in pieces if left]


def receipt_of(order: Order, line_ids: Collection[int]) -> Withdrawal | None:
    """What was stated before about exactly these lines, if it was."""
    return Withdrawal.objects.filter(order=order, key=_key(line_ids)).first()


def _key(line_ids: Collection[int]) -> str:
    return hashlib.sha256(",".join(map(str, sorted(set(line_ids)))).encode()).hexdigest()


@retrying_atomic
def _record(
    *, order: Order, name: str, email: str, line_ids: Collection[int], actor: Any, now: datetime
) -> Withdrawal:
    order, ids = locked(order), sorted(set(line_ids))
    if found := receipt_of(order, ids):
        return found
    require_withdrawable(order, now=now)
    lines = {line.pk: line for line in order.lines.select_for_update().order_by("pk")}
    if not ids or set(ids) - set(lines):
        raise BadInput("Choose at least one thing of this order.", field="lines", code="nothing_chosen")
    gone = _withdrawn(order)
    sent = {pk: left for pk in ids if (left := left_to_return(lines[pk]))}
    unsent = {pk: left for pk in ids if (left := _unsent(lines[pk], gone))}
    if not sent and not unsent:
        raise DomainError("All of this is on its way back already.", code="nothing_left", field="lines")
    rows = [
        {"line": pk, "name": lines[pk].full_name, "pieces": sent.get(pk, 0) + unsent.get(pk, 0)}
        for pk in ids
        if pk in sent or pk in unsent
    ]
    withdrawal = Withdrawal.objects.create(
        order=order,
        key=_key(ids),
        name=name,
        email=email,
        lines=rows,
        statement=statement_of(
            number=order.number,
            placed_at=order.placed_at,
            name=name,
            things=[f"{row['pieces']} × {row['name']}" for row in rows],
        ),
        received_at=now,
        created_by=actor,
    )
    record(
        order=order,
        kind="withdrawal",
        message="We received your withdrawal from the contract",
        actor=actor,
        actor_label="" if actor else name,
        data={"withdrawal": withdrawal.pk},
    )
    effects = [
        *(_effect_of_unsent(withdrawal, unsent, lines, gone, actor) if unsent else ()),
        *(_effect_of_sent(withdrawal, sent, actor, now) if sent else ()),
    ]
    Withdrawal.objects.filter(pk=withdrawal.pk).update(effect="\n".join(effects))
    withdrawal.refresh_from_db()
    owe(order=order, kind=Notification.Kind.WITHDRAWAL_RECEIPT, key=str(withdrawal.pk))
    return withdrawal


def statement_of(*, number: str, placed_at: datetime, name: str, things: list[str]) -> str:
    """The statement in the words of the model form (Directive 2011/83/EU, annex I B)."""
    placed = timezone.localtime(placed_at)
    return (
        f"I, {name}, hereby give notice that I withdraw from my contract of sale of the following goods: "
        f"{'; '.join(things)}. Order {number}, placed on {placed:%-d %B %Y}."
    )


def _withdrawn(order: Order) -> dict[int, int]:
    """Line ids that earlier statements named; what had not left of them is not to be sent."""
    earlier = Withdrawal.objects.filter(order=order).values_list("lines", flat=True)
    return {row["line"]: row["pieces"] for rows in earlier for row in rows}


def _unsent(line: OrderLine, gone: dict[int, int]) -> int:
    return 0 if line.pk in gone else line.quantity - line.quantity_shipped


def _effect_of_unsent(
    withdrawal: Withdrawal,
    unsent: dict[int, int],
    lines: dict[int, OrderLine],
    gone: dict[int, int],
    actor: Any,
) -> list[str]:
    """The whole order is cancelled; a part of it is flagged, and taken out once this is written."""
    order = withdrawal.order
    is_all = all(_unsent(line, gone) == unsent.get(pk, 0) for pk, line in lines.items())
    nothing_left_here = order.fulfilment_status == Order.FulfilmentStatus.UNFULFILLED
    if is_all and nothing_left_here:
        try:
            cancel_order(order=order, reason=REASON, actor=actor)
        except DomainError:
            pass  # it cannot be cancelled by itself any more: staff are told below
        else:
            paid = " What you paid goes back the way it came, within 14 days." if order.got_money else ""
            return [f"Your order is cancelled and will not be sent.{paid}"]
    things = "; ".join(f"{pieces} × {lines[pk].full_name}" for pk, pieces in unsent.items())
    record(
        order=order,
        kind="withdraw_lines",
        message=f"Withdraw these lines before anything leaves: {things}"[:300],
        is_public=False,
        data={"withdrawal": withdrawal.pk, "lines": {str(pk): pieces for pk, pieces in unsent.items()}},
    )
    return [
        f"Not sent yet: {things}. We take this out of your order and pay it back within 14 days. "
        "Should it arrive all the same, send it back to us."
    ]


def _effect_of_sent(withdrawal: Withdrawal, sent: dict[int, int], actor: Any, now: datetime) -> list[str]:
    made: Return = withdraw_shipped(withdrawal=withdrawal, lines=sent, actor=actor, now=now)
    return [
        f"Send what you have received back within 14 days, as return {made.number}. We pay back its price at "
        "the latest 14 days after this statement; we may wait until the goods, or proof that you sent them, "
        "have reached us."
    ]
