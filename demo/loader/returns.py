"""Returns of the demo's orders: the refunded ones that came back, and some that still wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from demo.loader.bulk import Writer
from demo.loader.drafts import Draft, DraftLine
from demo.loader.people import ADA
from demo.loader.plan import Plan
from ecommerce.lib.money import ZERO
from orders.models import Notification, Return, ReturnLine, Withdrawal
from orders.models.order import NUMBER_ALPHABET
from payments.services.withdrawal import statement_of

if TYPE_CHECKING:
    from demo.loader.orders import Purchase

RETURN_MODELS = (Withdrawal, Return, ReturnLine)
_STATES, _KINDS = Return.Status, Notification.Kind
# How the waiting ones stand, one after the other.
_WAITING = (_STATES.REQUESTED, _STATES.APPROVED, _STATES.RECEIVED)
_EVERY = 7
_REASONS = tuple(code for code, _ in ReturnLine.REASONS)
_NOTES = {"damaged": "The rim is chipped.", "not_as_described": "The colour is darker than in the picture."}


@dataclass(frozen=True)
class Telling:
    """Something for the order's diary; `by_staff` or by the shopper, with its email."""

    at: datetime
    kind: str
    message: str
    by_staff: bool
    number: str
    mail: str = ""
    mail_key: str = ""


@dataclass(frozen=True)
class _Moments:
    status: str
    is_withdrawal: bool
    requested: datetime
    approved: datetime | None = None
    received: datetime | None = None
    refunded: datetime | None = None


def asked_back(plan: Plan, draft: Draft, line: DraftLine) -> int:
    """How many pieces of a line are in a return."""
    moments = _moments(plan, draft)
    if moments is None:
        return 0
    return line.returned if moments.refunded else int(line is draft.lines[0])


def send_back(writer: Writer, plan: Plan, purchase: "Purchase", *, owner: int) -> list[Telling]:
    """Write the order's return, if it has one; return what the diary tells of it."""
    draft, moments = purchase.draft, _moments(plan, purchase.draft)
    if moments is None:
        return []
    number, is_done = _number(plan, draft), moments.refunded is not None
    withdrawal = _withdraw(writer, purchase, moments) if moments.is_withdrawal else None
    key = writer.add(
        Return,
        status=moments.status,
        order_id=purchase.order,
        number=number,
        kind=Return.Kind.WITHDRAWAL if moments.is_withdrawal else Return.Kind.RETURN,
        withdrawal_id=withdrawal,
        email=draft.person.email,
        requested_at=moments.requested,
        approved_at=moments.approved,
        received_at=moments.received,
        refunded_at=moments.refunded,
        closed_at=moments.refunded,
        refund_decided_at=moments.refunded,
        refund_amount=purchase.quote.total if is_done else None,
        refund_shipping=is_done and purchase.quote.shipping > ZERO,
        shipping_for=purchase.order if is_done and purchase.quote.shipping > ZERO else None,
        created_at=moments.requested,
        modified_at=moments.refunded or moments.received or moments.approved or moments.requested,
        created_by_id=draft.person.user_id,
    )
    reason = ReturnLine.Reason.WITHDRAWN if moments.is_withdrawal else _REASONS[draft.index % len(_REASONS)]
    quoted = zip(draft.lines, purchase.line_keys, purchase.quote.lines, strict=True)
    for line, line_key, priced in quoted:
        if pieces := asked_back(plan, draft, line):
            writer.add(
                ReturnLine,
                return_made_id=key,
                line_id=line_key,
                quantity=pieces,
                reason=reason,
                note=_NOTES.get(reason, ""),
                received_quantity=pieces if moments.received else 0,
                restocked_quantity=pieces if is_done else 0,
                refund_amount=priced.total if is_done else None,
            )
    return list(_tellings(moments, number, key, withdrawal))


def _moments(plan: Plan, draft: Draft) -> _Moments | None:
    """When an order's return was asked for and how far it is; None when there is none."""
    story = draft.story
    if story.delivered_at is None:
        return None
    if story.returned_at and story.refunded_at:
        length = story.returned_at - story.delivered_at
        asked, said = story.delivered_at + length / 4, story.delivered_at + length / 3
        moments = (_whole(asked), _whole(said), story.returned_at, story.refunded_at)
        return _Moments(_STATES.REFUNDED, False, *moments)
    is_ada, turn = draft.customer == ADA and draft.index % 4 == 1, draft.index // _EVERY
    since = plan.midnight - story.delivered_at
    in_time = timedelta(days=4) < since < timedelta(days=28)
    if story.refunded_at or not in_time or not story.paid_at or not (is_ada or draft.index % _EVERY == 3):
        return None
    status = _STATES.APPROVED if is_ada else _WAITING[turn % len(_WAITING)]
    requested = plan.days_ago(2 + draft.index % 2) + timedelta(hours=9, minutes=draft.index % 60)
    is_withdrawal = status == _STATES.APPROVED and not is_ada and turn % 2 == 0
    approved = requested if is_withdrawal else requested + timedelta(hours=4)
    return _Moments(
        status,
        is_withdrawal,
        requested,
        approved if status != _STATES.REQUESTED else None,
        requested + timedelta(hours=30) if status == _STATES.RECEIVED else None,
    )


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _number(plan: Plan, draft: Draft) -> str:
    """Digits of a hash: the same for the same order of the same plan."""
    digest = sha256(f"{plan.seed}:return:{draft.number}".encode()).digest()
    return "R" + "".join(NUMBER_ALPHABET[byte % len(NUMBER_ALPHABET)] for byte in digest[:7])


def _withdraw(writer: Writer, purchase: "Purchase", moments: _Moments) -> int:
    draft, line_key, quoted = purchase.draft, purchase.line_keys[0], purchase.quote.lines[0]
    return writer.add(
        Withdrawal,
        order_id=purchase.order,
        key=sha256(str(line_key).encode()).hexdigest(),
        name=draft.person.name,
        email=draft.person.email,
        lines=[{"line": line_key, "name": quoted.name, "pieces": 1}],
        statement=statement_of(
            number=draft.number,
            placed_at=draft.placed_at,
            name=draft.person.name,
            things=[f"1 × {quoted.name}"],
        ),
        received_at=moments.requested,
        effect="Send what you have received back within 14 days.",
        created_at=moments.requested,
        created_by_id=draft.person.user_id,
    )


def _tellings(moments: _Moments, number: str, key: int, withdrawal: int | None) -> Iterator[Telling]:
    def tell(at: datetime, kind: str, words: str, *, by_staff: bool = True, mail: str = "") -> Telling:
        mail_key: Any = withdrawal if mail == _KINDS.WITHDRAWAL_RECEIPT else key
        return Telling(at, kind, words, by_staff, number, mail, str(mail_key) if mail else "")

    if withdrawal is None:
        words, mail = f"Return {number} asked for", _KINDS.RETURN_REQUESTED
        yield tell(moments.requested, "return_requested", words, by_staff=False, mail=mail)
    else:
        words, mail = "We received your withdrawal from the contract", _KINDS.WITHDRAWAL_RECEIPT
        yield tell(moments.requested, "withdrawal", words, by_staff=False, mail=mail)
    if moments.approved:
        words = f"Return {number} approved: please send it to us"
        yield tell(moments.approved, "return_approved", words, mail=_KINDS.RETURN_APPROVED)
    if moments.received:
        yield tell(moments.received, "return_received", f"Return {number} has arrived")
    if moments.refunded:
        words = f"Return {number}: what you paid goes back to you"
        yield tell(moments.refunded, "return_refunded", words, mail=_KINDS.RETURN_REFUNDED)
