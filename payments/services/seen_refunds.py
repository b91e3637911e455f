"""Refunds that the gateway has in its books: ours, and those made by hand on its pages."""

from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone

from ecommerce.lib.money import ZERO
from orders.services.orders import locked, mark_refunded
from payments.gateways.base import RefundSeen
from payments.models import Payment, Refund
from payments.services.refunds import book_refund, fail_refund


def book_seen_refunds(*, payment: Payment, seen: Iterable[RefundSeen]) -> None:
    """Write down refunds of a captured payment that the shop does not know of yet, once each.

    Called in the transaction that books what the gateway said, so an event about a refund that
    comes before the one about the payment loses nothing.
    """
    for refund in seen:
        own = list(payment.refunds.all())
        found = next((one for one in own if _is(one, refund)), None)
        if found is not None:
            _follow(found, refund)
        elif refund.status == "done" and not any(_was_asked_for(one, refund) for one in own):
            _add(payment, refund)


def _is(own: Refund, seen: RefundSeen) -> bool:
    """The key names the try: an earlier one that failed says nothing of the one under way."""
    return seen.key == own.gateway_key if seen.key else seen.external_id == own.external_id


def _was_asked_for(own: Refund, seen: RefundSeen) -> bool:
    """Whether it is a try of ours at all, and so nobody's work over there."""
    return bool(seen.key) and (seen.key == own.key or seen.key.startswith(f"{own.key}-"))


def _add(payment: Payment, seen: RefundSeen) -> None:
    """Somebody sent money back on the gateway's own pages."""
    order = locked(payment.order)
    room = Payment.objects.filter(pk=payment.pk, amount__gte=F("refunded_amount") + seen.amount)
    if not room.update(refunded_amount=F("refunded_amount") + seen.amount, modified_at=timezone.now()):
        return
    credit = seen.amount - min(seen.amount, max(-order.balance, ZERO))
    Refund.objects.create(
        payment=payment,
        amount=seen.amount,
        credit=credit,
        reason="Sent back on the gateway's own pages.",
        status=Refund.Status.DONE,
        key=f"{payment.gateway}-{seen.external_id}"[:80],
        external_id=seen.external_id,
        done_at=timezone.now(),
    )
    mark_refunded(order=order, amount=seen.amount, credit=credit, is_public=payment.live_for is not None)
    payment.refresh_from_db()


def _follow(refund: Refund, seen: RefundSeen) -> None:
    """One of ours: done or failed since it was asked for."""
    if refund.status != Refund.Status.PENDING:
        return
    if seen.status == "done":
        book_refund(refund=refund, external_id=seen.external_id)
    elif seen.status == "failed":
        fail_refund(refund=refund, reason="The gateway could not send it.", external_id=seen.external_id)
