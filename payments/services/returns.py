"""The money of a return: decided once, sent once, booked when the bank has taken it."""

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import ZERO, format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, Order, Return, ReturnLine
from orders.refunding import line_share
from orders.services.events import record
from orders.services.notifications import owe
from orders.services.return_money import Estimate, refund_estimate
from orders.services.return_steps import WrongReturnState, locked_return, move_return
from payments.gateways.base import GatewayError
from payments.models import Payment, Refund
from payments.services.refunds import About, refund_order

log = logging.getLogger(__name__)


def refund_return(
    *,
    return_: Return,
    amount: Decimal | None = None,
    refund_shipping: bool | None = None,
    reason: str = "",
    actor: Any = None,
) -> Return:
    """Send the money of a received return back; pressed twice or raced, it goes once.

    `amount` (major units, None: all of `return_estimate`) may be lowered with a `reason`.
    Raises WrongReturnState before the goods have arrived, BadInput for an amount of nothing,
    more than the goods are worth, or less without a reason, DomainError (`nothing_to_refund`)
    when the order holds no money any more, and GatewayError while the bank cannot be reached:
    the amount is decided then, and the sweep sends it.
    """
    return_ = _decide(
        return_=return_, amount=amount, refund_shipping=refund_shipping, reason=reason, actor=actor
    )
    return _send(return_, actor)


def return_estimate(*, return_: Return, refund_shipping: bool | None = None) -> Estimate:
    """What a return is worth: of what has arrived, or before that of what was announced."""
    arrived = return_.received_at is not None
    pieces = {row.line_id: row.received_quantity if arrived else row.quantity for row in return_.lines.all()}
    return refund_estimate(order=return_.order, lines=pieces, refund_shipping=refund_shipping)


def money_left(order: Order) -> Decimal:
    """How much of what was paid for an order is still here."""
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED)
    return captured.aggregate(left=Sum(F("amount") - F("refunded_amount")))["left"] or ZERO


@retrying_atomic
def _decide(
    *, return_: Return, amount: Decimal | None, refund_shipping: bool | None, reason: str, actor: Any
) -> Return:
    """Fix the amount; the first decision counts, and a second one changes nothing."""
    return_ = locked_return(return_)
    if return_.refund_decided_at is not None:
        return return_
    if return_.status != Return.Status.RECEIVED:
        raise WrongReturnState(
            f"Return {return_.number} is in the state “{return_.get_status_display().lower()}”: "
            "money goes back when the goods have arrived."
        )
    worth = return_estimate(return_=return_, refund_shipping=refund_shipping)
    given = _agreed(return_.order, worth, amount, reason)
    _share_out(return_, worth, given)
    with_shipping = worth.shipping > 0
    open_ = Return.objects.filter(pk=return_.pk, status=Return.Status.RECEIVED, refund_decided_at=None)
    open_.update(
        refund_decided_at=timezone.now(),
        refund_amount=given,
        refund_reason=reason.strip()[:200],
        refund_shipping=with_shipping,
        shipping_for=return_.order_id if with_shipping else None,
        modified_by=actor,
    )
    return locked_return(return_)


def _agreed(order: Order, worth: Estimate, amount: Decimal | None, reason: str) -> Decimal:
    """The amount to send, within what the goods are worth and what is left of the payments."""
    left = money_left(order)
    if left <= 0:
        raise DomainError(
            f"Order {order.number} has no money left to send back. Close the return without refund.",
            code="nothing_to_refund",
        )
    most = min(worth.total, left)
    given = most if amount is None else amount
    if given <= 0:
        raise BadInput("Enter an amount above zero, or close the return without refund.", field="amount")
    if given > most:
        words = format_money(most, order.currency)
        raise BadInput(f"At most {words} can go back for this return.", code="above_return", field="amount")
    if given < most and not reason.strip():
        raise BadInput("Say why less than the full amount goes back; the shopper reads it.", field="reason")
    return given


def _share_out(return_: Return, worth: Estimate, given: Decimal) -> None:
    """Write what each line gets; a lowered amount lowers all lines alike, to the cent."""
    order = return_.order
    goods = max(given - worth.shipping, ZERO) if given < worth.total else worth.goods
    before, done = ZERO, ZERO
    for row in return_.lines.all():
        share = worth.lines.get(row.line_id, ZERO)
        before += share
        upto = _part(goods, before, worth.goods, order.currency)
        ReturnLine.objects.filter(pk=row.pk).update(refund_amount=upto - done)
        done = upto


def _part(goods: Decimal, share: Decimal, whole: Decimal, currency: str) -> Decimal:
    """`goods` times `share` of `whole`, rounded once; the whole gives all of `goods`."""
    if not whole:
        return ZERO
    units = 10**3  # money has at most three decimals
    return line_share(
        total=goods, quantity=int(whole * units), before=0, pieces=int(share * units), currency=currency
    )


def _send(return_: Return, actor: Any) -> Return:
    """Ask the bank for what was decided, then book it. The key makes it happen once."""
    if return_.status != Return.Status.RECEIVED or return_.refund_amount is None:
        return return_
    try:
        refund_order(
            order=return_.order,
            amount=return_.refund_amount,
            reason=f"Return {return_.number}"[:200],
            key=_key(return_),
            about=_about(return_, actor),
            actor=actor,
        )
    except GatewayError:
        raise
    except DomainError:
        _undecide(return_=return_)
        raise
    return _finish(return_=return_, actor=actor)


def _about(return_: Return, actor: Any) -> About:
    """The pieces that came back; what is more than their share is for delivery."""
    rows = [row for row in return_.lines.all() if row.refund_amount]
    goods = sum((row.refund_amount for row in rows if row.refund_amount), ZERO)
    return About(
        lines={row.line_id: row.received_quantity for row in rows},
        shipping=max((return_.refund_amount or ZERO) - goods, ZERO),
        actor=actor,
    )


def _key(return_: Return) -> str:
    return f"return-{return_.number}"


@retrying_atomic
def _undecide(*, return_: Return) -> None:
    """Nothing was sent, because somebody took the order's money first: the amount is open again."""
    return_ = locked_return(return_)
    if Refund.objects.filter(key__startswith=f"{_key(return_)}:").exists():
        return
    undecided: Mapping[str, Any] = {"refund_decided_at": None, "refund_amount": None, "shipping_for": None}
    Return.objects.filter(pk=return_.pk, status=Return.Status.RECEIVED).update(
        refund_shipping=False, **undecided
    )


@retrying_atomic
def _finish(*, return_: Return, actor: Any) -> Return:
    """All of it has left: the return is refunded, its shopper is told. Repeating changes nothing."""
    return_ = locked_return(return_)
    sent = Refund.objects.filter(key__startswith=f"{_key(return_)}:", status=Refund.Status.DONE)
    total = sent.aggregate(total=Sum("amount"))["total"] or ZERO
    if return_.status != Return.Status.RECEIVED or total != return_.refund_amount:
        return return_
    move_return(return_, Return.Status.REFUNDED, refunded_at=timezone.now(), closed_at=timezone.now())
    record(
        order=return_.order,
        kind="return_refunded",
        message=f"Return {return_.number}: {format_money(total, return_.order.currency)} goes back to you",
        actor=actor,
        data={"return": return_.number},
    )
    owe(order=return_.order, kind=Notification.Kind.RETURN_REFUNDED, key=str(return_.pk))
    return return_


def finish_returns(*, limit: int = 100) -> int:
    """Ask again for decided returns whose money has not left; returns how many are done now."""
    owed = Return.objects.filter(status=Return.Status.RECEIVED, refund_decided_at__isnull=False)
    done = 0
    for return_ in owed.select_related("order").order_by("pk")[:limit]:
        try:
            done += _send(return_, None).status == Return.Status.REFUNDED
        except DomainError:
            log.warning("the money of return %s could not be sent", return_.number)
    return done
