"""What follows when money has left: the books, the credit note and the shopper's email."""

from typing import Any

from orders.models import Order
from orders.services.orders import Sent, mark_refunded
from payments import gateways
from payments.models import Refund
from payments.services.webhook_data import tell_refunded

_ARRIVAL: dict[str, str] = {
    Refund.Method.ORIGINAL: "It goes back the way you paid: {way}. A bank may take a few days to show it.",
    Refund.Method.STORE_CREDIT: "It is store credit, which you can spend at once.",
    Refund.Method.BY_HAND: "We hand it to you or transfer it ourselves within a few days.",
}


def write_sent(*, order: Order, refund: Refund, actor: Any = None) -> None:
    """Book a refund of a locked order that is done: money, credit note, and the shopper's email."""
    first = _with_parts(refund)
    sent = Sent(
        amount=refund.amount,
        credit=refund.credit,
        key=refund.key,
        reason=refund.reason,
        how=way_of(refund),
        arrival=_ARRIVAL[refund.method].format(way=way_of(refund)),
        lines={int(pk): pieces for pk, pieces in first.lines.items()},
        shipping=first.shipping,
        is_rest=first.pk != refund.pk,
    )
    is_public = refund.payment.live_for is not None
    mark_refunded(order=order, sent=sent, is_public=is_public, tell=_is_news(order, refund), actor=actor)
    tell_refunded(refund)


def is_of_return(refund: Refund) -> bool:
    """Whether it pays back a return: `services.returns` makes its key of the return's number."""
    return refund.key.startswith("return-R")


def way_of(refund: Refund) -> str:
    """Which way the money goes, in words."""
    if refund.method == Refund.Method.ORIGINAL:
        return gateways.get(refund.payment.gateway).label
    return refund.get_method_display()


def _with_parts(refund: Refund) -> Refund:
    """The share that says which pieces its refund is for: the refund itself, or the first of its siblings."""
    whole = refund.key.rpartition(":")[0]
    if not whole or refund.lines or refund.shipping:
        return refund
    shares = Refund.objects.filter(key__startswith=f"{whole}:", payment__order=refund.payment.order_id)
    siblings = (share for share in shares.order_by("pk") if share.key.rpartition(":")[0] == whole)
    return next((share for share in siblings if share.lines or share.shipping), refund)


def _is_news(order: Order, refund: Refund) -> bool:
    """Whether the shopper needs an email: a cancelled or changed order and a return have their own."""
    if is_of_return(refund) or (refund.key.startswith("edit-") and order.revision):
        return False
    captured, cancelled = refund.payment.captured_at, order.cancelled_at
    return cancelled is None or captured is None or captured > cancelled
