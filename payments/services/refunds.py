"""Money back: claimed against the payment first, then asked of the gateway, once per key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import ZERO, format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.events import record
from orders.services.orders import locked
from payments import gateways
from payments.gateways.base import GatewayError, GatewayRefused
from payments.models import Payment, Refund
from payments.services.alerts import flag
from payments.services.charges import charge_of
from payments.services.claims import claim, unclaim
from payments.services.sent_refunds import write_sent

BY_HAND = "by-hand"


@dataclass(frozen=True, kw_only=True)
class About:
    """What a refund is for: `lines` (order line id -> pieces) and `shipping`, or a plain amount; whether
    the pieces go back into stock, which way the money goes, and who sends it."""

    lines: Mapping[int, int] = field(default_factory=dict)
    shipping: Decimal = ZERO
    restock: bool = False
    method: str = Refund.Method.ORIGINAL
    actor: Any = None

    @property
    def is_plain(self) -> bool:
        return not self.lines and not self.shipping


_PLAIN = About()


def refund_payment(*, payment: Payment, amount: Decimal, reason: str, key: str, actor: Any = None) -> Refund:
    """Send `amount` of a payment back and return its Refund; the same key never pays twice.

    Raises BadInput for an amount that is not positive, DomainError (`above_captured`) when
    more would go back than came in, also when raced, and GatewayError when the gateway could
    not be reached: the refund then stays pending, and the sweep asks again with the same key.
    """
    refund = _claim(payment=payment, amount=amount, reason=reason, key=key)
    if refund.status != Refund.Status.PENDING:
        return refund
    return complete_refund(refund=refund, actor=actor)


def refund_order(
    *, order: Order, amount: Decimal, reason: str, key: str, about: About = _PLAIN, actor: Any = None
) -> list[Refund]:
    """Send `amount` (major units of the order's currency) back, from the newest payment on.

    Several payments may make up an order, so `key` names the whole: the same key never pays
    twice. Raises what `refund_payment` raises; `above_captured` when the order's payments hold
    less than `amount`, and then nothing is sent.
    """
    refunds = claim_shares(order=order, amount=amount, reason=reason, key=key, about=about)
    return complete_all(refunds=refunds, actor=actor)


@retrying_atomic
def claim_shares(
    *,
    order: Order,
    amount: Decimal,
    reason: str,
    key: str,
    about: About = _PLAIN,
    payment: Payment | None = None,
) -> list[Refund]:
    """Claim `amount` over the order's payments, or of the one `payment`; gateways are asked later.

    The first share carries the pieces and the delivery that the whole is for.
    """
    order = locked(order)
    refunds: list[Refund] = []
    for share in shares_of(order=order, amount=amount, key=key, payment=payment):
        own = replace(about, lines={}, shipping=ZERO, restock=False) if refunds else about
        refunds.append(
            _claim(
                payment=share.payment,
                amount=share.amount,
                reason=reason,
                key=f"{key}:{share.payment.pk}",
                about=own,
                credits_first=not about.is_plain,
            )
        )
    return refunds


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of a refund goes back by which payment."""

    payment: Payment
    amount: Decimal


def shares_of(*, order: Order, amount: Decimal, key: str = "", payment: Payment | None = None) -> list[Share]:
    """Share `amount` over the order's payments: those that are not needed first, then the newest.

    What was claimed with `key` before keeps its amount. Raises DomainError (`above_captured`).
    """
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED)
    if payment is not None:
        captured = captured.filter(pk=payment.pk)
    known = {found.key: found for found in Refund.objects.filter(key__startswith=f"{key}:")} if key else {}
    shares, missing = [], amount
    for one in sorted(captured, key=lambda payment: (payment.live_for is not None, -payment.pk)):
        found = known.get(f"{key}:{one.pk}")
        share = found.amount if found else min(missing, one.amount - one.refunded_amount)
        if share > 0:
            shares.append(Share(payment=one, amount=share))
            missing -= share
    if missing > 0:
        what = "order" if payment is None else "payment"
        raise DomainError(
            f"At most {format_money(amount - missing, order.currency)} of this {what} can go back.",
            code="above_captured",
            field="amount",
        )
    return shares


def return_surplus(*, order: Order, reason: str, actor: Any = None) -> list[Refund]:
    """Send back what came in beyond the order's total, once however often this is called.

    Raises GatewayError when the money could not be sent yet: the sweep then does.
    """
    return complete_all(refunds=_claim_surplus(order=order, reason=reason), actor=actor)


@retrying_atomic
def _claim_surplus(*, order: Order, reason: str) -> list[Refund]:
    order = locked(order)
    left = surplus(order)
    if left <= 0 or order.status == Order.Status.CANCELLED:
        return []
    number = Refund.objects.filter(payment__order=order).count()
    key = f"edit-{order.number}-{order.revision}-{number}"
    return claim_shares(order=order, amount=left, reason=reason, key=key)


def surplus(order: Order) -> Decimal:
    """How much more came in than the order needs, without what refunds have claimed already."""
    claimed = Refund.objects.filter(
        payment__order=order, status__in=(Refund.Status.PENDING, Refund.Status.FAILED)
    )
    on_its_way = sum((refund.amount - refund.credit for refund in claimed), Decimal(0))
    return -order.balance - on_its_way


def return_everything(
    *, order: Order, reason: str, actor: Any = None, if_cancelled: bool = False
) -> list[Refund]:
    """Send back all that is left of an order's payments, once. `if_cancelled`: nothing, when it is
    not cancelled (any more). Raises GatewayError as above."""
    refunds = _claim_everything(order=order, reason=reason, if_cancelled=if_cancelled)
    return complete_all(refunds=refunds, actor=actor)


@retrying_atomic
def _claim_everything(*, order: Order, reason: str, if_cancelled: bool) -> list[Refund]:
    order = locked(order)
    if if_cancelled and order.status != Order.Status.CANCELLED:
        return []
    captured = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED).order_by("pk")
    return [
        _claim(payment=payment, amount=left, reason=reason, key=_return_key(payment))
        for payment in captured
        if (left := payment.amount - payment.refunded_amount) > 0
    ]


def _return_key(payment: Payment) -> str:
    """One for each payment; a refund that was given up leaves its key behind."""
    given_up = Refund.objects.filter(payment=payment, status=Refund.Status.GIVEN_UP).count()
    return f"return-{payment.reference}-{given_up}" if given_up else f"return-{payment.reference}"


def complete_all(*, refunds: Iterable[Refund], actor: Any = None) -> list[Refund]:
    """Ask the gateways for claimed refunds, each by itself; a failure is raised at the end."""
    done, failure = [], None
    for refund in refunds:
        try:
            pending = refund.status == Refund.Status.PENDING
            done.append(complete_refund(refund=refund, actor=actor) if pending else refund)
        except GatewayError as error:
            failure = error
    if failure is not None:
        raise failure
    return done


def complete_refund(*, refund: Refund, actor: Any = None) -> Refund:
    """Ask the gateway for a pending refund, or how it stands, and book the answer.

    Raises GatewayError while it cannot be reached. What it will never send has failed then; the
    reconciliation list shows it.
    """
    if refund.method == Refund.Method.STORE_CREDIT:
        from payments.services.store_credit import credit_refund

        return credit_refund(refund=refund, actor=actor)
    payment = refund.payment
    if refund.method == Refund.Method.BY_HAND:
        return book_refund(refund=refund, external_id=BY_HAND, actor=actor)
    try:
        answer = gateways.get(payment.gateway).refund(
            charge_of(payment), amount=refund.amount, key=refund.gateway_key, external_id=refund.external_id
        )
    except GatewayRefused as error:
        return fail_refund(refund=refund, reason=error.message)
    if answer.status == "failed":
        return fail_refund(refund=refund, reason=answer.reason, external_id=answer.external_id)
    if answer.status == "pending":
        pending = Refund.objects.filter(pk=refund.pk, status=Refund.Status.PENDING)
        pending.update(external_id=answer.external_id)
        refund.refresh_from_db()
        return refund
    return book_refund(refund=refund, external_id=answer.external_id, actor=actor)


@retrying_atomic
def _claim(
    *,
    payment: Payment,
    amount: Decimal,
    reason: str,
    key: str,
    about: About = _PLAIN,
    credits_first: bool = False,
) -> Refund:
    if amount <= 0:
        raise BadInput("Enter an amount above zero.", field="amount")
    order = locked(payment.order)
    if found := Refund.objects.filter(key=key).first():
        return found
    if not claim(payment_id=payment.pk, amount=amount):
        payment.refresh_from_db()
        rest = format_money(payment.left, payment.currency)
        raise DomainError(
            f"At most {rest} of this payment can go back.", code="above_captured", field="amount"
        )
    # What the total does not ask for goes back for nothing; the rest is a credit to the shopper.
    credit = amount - min(amount, max(surplus(order), Decimal(0)))
    if credits_first:
        # Pieces and delivery are part of the total: what is too much goes back besides them.
        credit = max(credit, min(amount, _creditable(order)))
    try:
        with transaction.atomic():
            return Refund.objects.create(
                payment=payment,
                amount=amount,
                credit=credit,
                reason=reason[:200],
                key=key,
                method=about.method,
                lines={str(pk): pieces for pk, pieces in about.lines.items()},
                shipping=about.shipping,
                restock=about.restock,
                created_by=about.actor,
            )
    except IntegrityError:
        unclaim(payment_id=payment.pk, amount=amount)
        return Refund.objects.get(key=key)


def _creditable(order: Order) -> Decimal:
    """How much of the total is not credited yet, nor about to be."""
    pending = Refund.objects.filter(payment__order=order, status=Refund.Status.PENDING)
    return order.total - order.amount_credited - sum((refund.credit for refund in pending), ZERO)


@retrying_atomic
def fail_refund(*, refund: Refund, reason: str, external_id: str = "") -> Refund:
    """The gateway did not send it. The claim stays, so that nobody sends the money a second time:
    staff ask again, send it otherwise, or give it up."""
    order = locked(refund.payment.order)
    pending = Refund.objects.filter(pk=refund.pk, status=Refund.Status.PENDING)
    changed = pending.update(
        status=Refund.Status.FAILED,
        failure_reason=reason[:200],
        external_id=external_id or refund.external_id,
    )
    refund.refresh_from_db()
    if changed:
        words = f"A refund of {format_money(refund.amount, order.currency)} did not work: {reason}"
        data = {"refund": refund.pk}
        record(order=order, kind="refund_failed", message=words[:300], is_public=False, data=data)
    return refund


@retrying_atomic
def book_refund(*, refund: Refund, external_id: str, actor: Any = None) -> Refund:
    """The gateway has sent it. Repeating changes nothing."""
    order = locked(refund.payment.order)
    done = _mark_sent(refund, external_id)
    refund.refresh_from_db()
    if done:
        write_sent(order=order, refund=refund, actor=actor)
    return refund


def _mark_sent(refund: Refund, external_id: str) -> bool:
    """Whether this is news. Money is a fact: it has left also when staff had given the refund up
    meanwhile, and then it claims its share of the payment again."""
    rows, states = Refund.objects.filter(pk=refund.pk), Refund.Status
    sent = {"status": states.DONE, "external_id": external_id, "done_at": timezone.now()}
    if rows.filter(status__in=(states.PENDING, states.FAILED)).update(**sent):
        return True
    given_up = rows.filter(status=states.GIVEN_UP).exists()
    if given_up and claim(payment_id=refund.payment_id, amount=refund.amount):
        return bool(rows.update(**sent))
    by_hand = rows.filter(status=states.DONE, method=Refund.Method.BY_HAND, external_id="").exists()
    if given_up or (by_hand and external_id):
        amount = format_money(refund.amount, refund.payment.currency)
        flag(payment=refund.payment, message=f"{amount} may have gone back twice: {refund.reason}")
    return False


def retry_pending(*, limit: int = 100) -> int:
    """Ask again for refunds the gateway could not take; returns how many are done now."""
    done = 0
    for refund in Refund.objects.filter(status=Refund.Status.PENDING).select_related("payment__order")[
        :limit
    ]:
        try:
            done += complete_refund(refund=refund).status == Refund.Status.DONE
        except GatewayError:
            continue
    return done
