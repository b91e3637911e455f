"""What staff can do about payments and refunds, and about what the reconciliation list finds. The
buttons of the list and of the order page come from here; each calls one service."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import reverse

from dashboard.repair_forms import NoteForm, SentByHandForm
from dashboard.rights import CHANGE, SEND_MONEY, TAKE_MONEY
from ecommerce.lib.money import ZERO, format_money
from orders.models import InvoiceCounter, Order
from payments import gateways
from payments.models import Alert, GatewayEvent, Payment, Refund
from payments.services import payments, refund_repairs, repairs
from payments.services.reconciliation import Finding
from payments.services.refunds import surplus

_PAYMENT, _REFUND = Payment.Status, Refund.Status


@dataclass(frozen=True, kw_only=True)
class Repair:
    """A step: how it is called, which part of a finding it takes (`target`), who may take it, when.

    `form_class` asks for what the step needs to know, on a page of its own; `confirms` shows such a
    page for money that leaves. `with_amount`: the button says how much.
    """

    code: str
    label: str
    done: str
    target: str
    run: Callable[..., Any]
    offered: Callable[[Any], bool] = lambda target: True
    permission: str = TAKE_MONEY
    form_class: type[NoteForm] | None = None
    confirms: bool = False
    with_amount: bool = False
    danger: bool = False
    warning: str = ""

    @property
    def asks(self) -> bool:
        return self.confirms or self.form_class is not None

    def find(self, pk: int) -> Any:
        """What the step is about, None when there is no such thing."""
        model, related = TARGETS[self.target]
        return model._default_manager.select_related(*related).filter(pk=pk).first()


TARGETS: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "payment": (Payment, ("order",)),
    "refund": (Refund, ("payment__order",)),
    "order": (Order, ()),
    "alert": (Alert, ("order", "payment")),
    "event": (GatewayEvent, ()),
    "counter": (InvoiceCounter, ()),
}


def _is_online(payment: Payment) -> bool:
    return payment.gateway in gateways.online_codes()


def _can_end(payment: Payment) -> bool:
    ended = payment.status in (_PAYMENT.CANCELLED, _PAYMENT.FAILED)
    return ended and payment.closed_at_gateway is None and bool(payment.external_id) and _is_online(payment)


def _can_book(payment: Payment) -> bool:
    same = payment.reported_currency in ("", payment.currency)
    reported = payment.reported_amount is not None and payment.reported_amount != payment.amount
    return payment.held_since is not None and same and reported


REPAIRS: dict[str, Repair] = {
    repair.code: repair
    for repair in (
        Repair(
            code="send-back",
            label="Send back",
            done="The money is sent back.",
            target="order",
            run=lambda order, actor: repairs.send_back(order=order, actor=actor),
            offered=lambda order: money_to_send(order) > 0,
            permission=SEND_MONEY,
            confirms=True,
            with_amount=True,
            warning="The customer gets this money the way it came. It cannot be taken back.",
        ),
        Repair(
            code="capture",
            label="Capture",
            done="The money is taken.",
            target="payment",
            run=lambda payment, actor: payments.capture_payment(payment=payment, actor=actor),
            offered=lambda payment: payment.status == _PAYMENT.AUTHORISED,
            with_amount=True,
        ),
        Repair(
            code="book",
            label="Book",
            done="What came is booked.",
            target="payment",
            run=lambda payment, actor: repairs.book_reported(payment=payment, actor=actor),
            offered=_can_book,
            with_amount=True,
        ),
        Repair(
            code="ask",
            label="Ask gateway now",
            done="The gateway has answered.",
            target="payment",
            run=lambda payment, actor: repairs.ask_payment(payment=payment, actor=actor),
            offered=_is_online,
        ),
        Repair(
            code="void",
            label="Void",
            done="The payment is called off.",
            target="payment",
            run=lambda payment, actor: repairs.void_payment(payment=payment, actor=actor),
            offered=lambda payment: payment.is_open and payment.held_since is None and _is_online(payment),
            confirms=True,
            danger=True,
            warning="Authorised money is given free, and the order waits for another payment.",
        ),
        Repair(
            code="end",
            label="End at the gateway now",
            done="The gateway has answered.",
            target="payment",
            run=lambda payment, actor: repairs.end_payment(payment=payment, actor=actor),
            offered=_can_end,
        ),
        Repair(
            code="refund-ask",
            label="Ask gateway now",
            done="The gateway has answered.",
            target="refund",
            run=lambda refund, actor: refund_repairs.ask_refund(refund=refund, actor=actor),
            offered=lambda refund: refund.status == _REFUND.PENDING,
            permission=SEND_MONEY,
        ),
        Repair(
            code="refund-again",
            label="Ask again for",
            done="The refund was asked for again.",
            target="refund",
            run=lambda refund, actor: refund_repairs.retry_refund(refund=refund, actor=actor),
            offered=lambda refund: refund.status == _REFUND.FAILED,
            permission=SEND_MONEY,
            confirms=True,
            with_amount=True,
            warning="The gateway is asked once more to send this money to the customer.",
        ),
        Repair(
            code="refund-by-hand",
            label="Sent by hand",
            done="The refund is booked as sent by hand.",
            target="refund",
            run=lambda refund, actor, **answers: refund_repairs.sent_by_hand(
                refund=refund, actor=actor, **answers
            ),
            offered=refund_repairs.can_be_settled,
            permission=SEND_MONEY,
            form_class=SentByHandForm,
            warning="Send the money yourself first. The gateway is not asked for it any more.",
        ),
        Repair(
            code="refund-give-up",
            label="Give up",
            done="The refund is given up.",
            target="refund",
            run=lambda refund, actor, **answers: refund_repairs.give_up_refund(
                refund=refund, actor=actor, **answers
            ),
            offered=refund_repairs.can_be_settled,
            permission=SEND_MONEY,
            form_class=NoteForm,
            danger=True,
            warning="The customer does not get this money, and it can be sent back in another refund.",
        ),
        Repair(
            code="deal-held",
            label="Dealt with",
            done="It is off the list; nothing was booked.",
            target="payment",
            run=lambda payment, actor, **answers: repairs.deal_with_held(
                payment=payment, actor=actor, **answers
            ),
            offered=lambda payment: payment.held_since is not None,
            form_class=NoteForm,
            warning="Nothing is booked. Send the money back on the gateway's own pages first.",
        ),
        Repair(
            code="deal-alert",
            label="Dealt with",
            done="It is off the list.",
            target="alert",
            run=lambda alert, actor, **answers: repairs.deal_with_alert(alert=alert, actor=actor, **answers),
            offered=lambda alert: alert.resolved_at is None,
            form_class=NoteForm,
        ),
        Repair(
            code="deal-event",
            label="Dealt with",
            done="It is off the list.",
            target="event",
            run=lambda event, actor, **answers: repairs.deal_with_event(event=event, actor=actor, **answers),
            offered=lambda event: event.resolved_at is None and event.outcome == event.NO_SUCH_PAYMENT,
            form_class=NoteForm,
        ),
        Repair(
            code="deal-unpaid",
            label="Write off",
            done="Nobody waits for this money any more.",
            target="order",
            run=lambda order, actor, **answers: repairs.write_off(order=order, actor=actor, **answers),
            offered=lambda order: order.amount_due > 0 and order.has_left,
            form_class=NoteForm,
            danger=True,
        ),
        Repair(
            code="deal-gap",
            label="Explain",
            done="Your explanation is kept.",
            target="counter",
            run=lambda counter, actor, **answers: repairs.explain_gap(
                counter=counter, actor=actor, **answers
            ),
            form_class=NoteForm,
        ),
        Repair(
            code="correct-books",
            label="Correct the order",
            done="The order counts what its payments say.",
            target="order",
            run=lambda order, actor: repairs.correct_books(order=order, actor=actor),
        ),
        Repair(
            code="issue-invoice",
            label="Issue the invoice",
            done="The invoice is issued.",
            target="order",
            run=lambda order, actor: repairs.issue_missing_invoice(order=order, actor=actor),
            offered=lambda order: order.is_paid and order.invoice is None,
        ),
    )
}
_ON_PAYMENT = ("capture", "book", "ask", "void", "end", "deal-held")
_ON_REFUND = ("refund-ask", "refund-again", "refund-by-hand", "refund-give-up")


def money_to_send(order: Order) -> Decimal:
    """How much "Send back" sends."""
    if order.status != Order.Status.CANCELLED:
        return max(surplus(order), ZERO)
    return sum((payment.left for payment in order.payments.all()), ZERO)


def amount_of(repair: Repair, target: Any) -> str:
    """The money a step is about, in words."""
    if isinstance(target, Order):
        return format_money(money_to_send(target), target.currency)
    if isinstance(target, Refund):
        return format_money(target.amount, target.payment.currency)
    if isinstance(target, Payment):
        amount = target.reported_amount if repair.code == "book" else target.amount
        return format_money(amount or ZERO, target.currency)
    return ""


_SEEN = (
    *("status", "amount", "refunded_amount", "reported_amount", "held_since", "attempts"),
    *("amount_paid", "amount_credited", "total", "resolved_at", "last"),
)


def seen(target: Any) -> str:
    """What the person saw of it. Pressed from a page that is out of date, a button does nothing."""
    return "/".join(str(getattr(target, name)) for name in _SEEN if hasattr(target, name))


@dataclass(frozen=True, kw_only=True)
class Button:
    """A step that is offered, where it leads, and (`back`) where the person comes back to."""

    label: str
    url: str
    asks: bool
    danger: bool = False
    seen: str = ""
    back: str = ""
    name: str = ""


def button(repair: Repair, target: Any, *, amount: str, back: str, name: str) -> Button:
    url = reverse("admin:reconciliation_repair", kwargs={"code": repair.code, "pk": target.pk})
    return Button(
        label=f"{repair.label} {amount}" if repair.with_amount else repair.label,
        url=f"{url}?back={back}" if repair.asks and back else url,
        asks=repair.asks,
        danger=repair.danger,
        seen=seen(target),
        back=back,
        name=name,
    )


def buttons_of(finding: Finding, user: Any, *, back: str) -> list[Button]:
    """What this person can do about a finding."""
    found = []
    for code in finding.repairs:
        if code == "confirm-payment":
            if finding.order is not None and user.has_perms((CHANGE, TAKE_MONEY)):
                url = reverse("admin:orders_order_act", kwargs={"pk": finding.order.pk, "code": code})
                found.append(Button(label="Confirm payment", url=url, asks=True, name=finding.title))
            continue
        repair = REPAIRS[code]
        if user.has_perm(repair.permission):
            amount = format_money(finding.amount, finding.currency) if finding.amount is not None else ""
            target = getattr(finding, repair.target)
            found.append(button(repair, target, amount=amount, back=back, name=finding.title))
    return found


def payment_panel(user: Any, order: Order) -> list[Payment]:
    """The payments of an order with their refunds, each with the `buttons` that this person may press."""
    found = list(Payment.objects.filter(order=order).prefetch_related("refunds"))
    for payment in found:
        payment.order = order
        _offer(user, payment, _ON_PAYMENT, name=f"payment {payment.reference[-6:]}")
        for refund in payment.refunds.all():
            refund.payment = payment
            _offer(user, refund, _ON_REFUND, name=f"refund {refund.pk}")
    return found


def _offer(user: Any, target: Any, codes: tuple[str, ...], *, name: str) -> None:
    offered = [REPAIRS[code] for code in codes if user.has_perm(REPAIRS[code].permission)]
    target.buttons = [
        button(repair, target, amount=amount_of(repair, target), back="order", name=name)
        for repair in offered
        if repair.offered(target)
    ]
