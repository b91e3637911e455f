"""Money that staff have seen themselves, on the bank statement or at the door."""

from decimal import Decimal
from typing import Any

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money, round_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.events import record
from orders.services.orders import locked
from payments import gateways
from payments.models import Payment
from payments.services.payments import call_off_payment, confirm_payment, create_payment, open_payment


@retrying_atomic
def receive_payment(
    *, order: Order, amount: Decimal | None = None, due: Decimal | None = None, actor: Any = None
) -> Payment:
    """Book `amount` (None: all that is due) on the open payment, or on a new one when none is open.

    Less than what is due leaves the order partly paid, waiting for the rest; what is too much is sent
    back (`return_surplus`). `due` is what the person saw: when it has changed since, nothing is booked
    (`conflict`), so that pressing twice books once. Raises DomainError (`already_paid`), and BadInput for
    an amount that is no money.
    """
    order = locked(order)
    if order.is_paid:
        raise DomainError(f"Order {order.number} is paid already.", code="already_paid")
    if due is not None and due != order.amount_due:
        now = format_money(order.amount_due, order.currency)
        raise DomainError(
            f"What order {order.number} owes has changed meanwhile: it is {now} now. Nothing was booked.",
            code="conflict",
        )
    if amount is not None and (amount <= 0 or amount != round_money(amount, order.currency)):
        raise BadInput("Enter the amount that came, above zero.", field="amount")
    payment = _payment_for(order, actor)
    if amount is not None and amount != payment.amount:
        payment = _of_amount(order, payment, amount, actor)
    return confirm_payment(payment=payment, actor=actor)


def _payment_for(order: Order, actor: Any) -> Payment:
    """The open payment; one at an online gateway is called off, because money that staff see themselves
    never went through its pages. What comes there all the same is found by the sweep and goes back."""
    payment, online = open_payment(order), gateways.online_codes()
    if payment is not None and payment.gateway in online:
        call_off_payment(payment=payment, reason="Paid in another way.")
    elif payment is not None and payment.amount == order.amount_due:
        return payment
    by_hand = order.payment_method if order.payment_method not in ("", *online) else "bank_transfer"
    return create_payment(order=order, gateway=by_hand, actor=actor)


def _of_amount(order: Order, payment: Payment, amount: Decimal, actor: Any) -> Payment:
    """The payment, of another amount than was asked for."""
    asked = payment.amount
    Payment.objects.filter(pk=payment.pk).update(amount=amount)
    payment.refresh_from_db()
    came, wanted = format_money(amount, order.currency), format_money(asked, order.currency)
    record(
        order=order,
        kind="amount_received",
        message=f"{came} came; {wanted} was asked for.",
        is_public=False,
        actor=actor,
        data={"payment": payment.pk},
    )
    return payment
