"""What staff do about refunds that failed or do not leave. Guarded updates decide between rivals."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Return
from orders.services.orders import locked
from payments.models import Refund
from payments.services.claims import unclaim
from payments.services.refunding import release_parts
from payments.services.refunds import complete_refund
from payments.services.repairs import note
from payments.services.sent_refunds import write_sent

_States = Refund.Status
# The gateway may still send what was asked for just now.
_PATIENCE = timedelta(hours=1)


def ask_refund(*, refund: Refund, actor: Any = None) -> Refund:
    """Ask the gateway for a refund that is on its way, with the same key. Raises GatewayError."""
    if refund.status != _States.PENDING:
        return refund
    refund = complete_refund(refund=refund, actor=actor)
    words = f"Asked for a refund of {_amount(refund)}: it is {refund.get_status_display().lower()}"
    note(refund.payment.order, words, actor, refund=refund.pk)
    return refund


def retry_refund(*, refund: Refund, actor: Any = None) -> Refund:
    """Ask for a failed refund anew, once for each failure: `refund` is as the person saw it.

    Another try has another key at the gateway, so only one of two presses may make it. Raises
    GatewayError when the gateway does not answer: the sweep then asks again with the new key.
    """
    if not _begin_again(refund=refund, actor=actor):
        return Refund.objects.get(pk=refund.pk)
    refund.refresh_from_db()
    return complete_refund(refund=refund, actor=actor)


@retrying_atomic
def _begin_again(*, refund: Refund, actor: Any) -> bool:
    order = locked(refund.payment.order)
    failed = Refund.objects.filter(pk=refund.pk, status=_States.FAILED, attempts=refund.attempts)
    begun = failed.update(
        status=_States.PENDING, attempts=F("attempts") + 1, external_id="", failure_reason=""
    )
    if begun:
        note(order, f"Asked again for the refund of {_amount(refund)}", actor, refund=refund.pk)
    return bool(begun)


@retrying_atomic
def sent_by_hand(*, refund: Refund, note_text: str = "", actor: Any = None) -> Refund:
    """Staff have sent the money in another way: it is booked as sent. Repeating changes nothing.

    Raises DomainError (`conflict`) for one that the gateway has sent, was given up, or may still send.
    """
    order = locked(refund.payment.order)
    rows = Refund.objects.filter(pk=refund.pk)
    by_hand = Refund.Method.BY_HAND
    if not _unsent(refund).update(
        status=_States.DONE, method=by_hand, done_at=timezone.now(), external_id="", failure_reason=""
    ):
        if rows.filter(status=_States.DONE, method=by_hand).exists():
            return rows.get()
        raise _too_late(rows.get())
    refund.refresh_from_db()
    write_sent(order=order, refund=refund, actor=actor)
    note(order, f"The refund of {_amount(refund)} was sent by hand. {note_text}", actor, refund=refund.pk)
    return refund


@retrying_atomic
def give_up_refund(*, refund: Refund, note_text: str, actor: Any = None) -> Refund:
    """The money stays here: the payment has it to give again. Repeating changes nothing.

    Raises DomainError (`conflict`) as `sent_by_hand` does, and `of_return` for the money of a return,
    which the shopper was promised.
    """
    order = locked(refund.payment.order)
    if _of_return(refund):
        raise DomainError("This refund belongs to a return. Ask again, or send it by hand.", code="of_return")
    if not _unsent(refund).update(status=_States.GIVEN_UP, failure_reason=note_text[:200]):
        found = Refund.objects.get(pk=refund.pk)
        if found.status == _States.GIVEN_UP:
            return found
        raise _too_late(found)
    unclaim(payment_id=refund.payment_id, amount=refund.amount)
    release_parts(refund=refund)
    note(order, f"Gave the refund of {_amount(refund)} up: {note_text}", actor, refund=refund.pk)
    refund.refresh_from_db()
    return refund


def _unsent(refund: Refund) -> Any:
    """The refund's row while the gateway will not send it: it failed, or is waited for in vain."""
    rows = Refund.objects.filter(pk=refund.pk)
    late = rows.filter(status=_States.PENDING, created_at__lt=timezone.now() - _PATIENCE)
    return rows.filter(status=_States.FAILED) | late


def can_be_settled(refund: Refund) -> bool:
    """The same rule, for a refund that is at hand."""
    late = refund.created_at < timezone.now() - _PATIENCE
    return refund.status == _States.FAILED or (refund.status == _States.PENDING and late)


def _too_late(refund: Refund) -> DomainError:
    if refund.status == _States.PENDING:
        words = "The gateway may still send this refund. Wait an hour, or until it says that it failed."
    else:
        words = f"This refund is in the state “{refund.get_status_display().lower()}” by now."
    return DomainError(words, code="conflict")


def _of_return(refund: Refund) -> bool:
    numbers = Return.objects.filter(order=refund.payment.order).values_list("number", flat=True)
    return any(refund.key.startswith(f"return-{number}:") for number in numbers)


def _amount(refund: Refund) -> str:
    return format_money(refund.amount, refund.payment.currency)
