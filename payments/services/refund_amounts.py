"""How much of a payment goes back."""

from collections.abc import Iterable
from decimal import Decimal

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import ZERO
from orders.models import Order
from orders.refunding import line_share
from payments.models import Payment


def refund_amount(
    *, payment: Payment, amount: Decimal | None = None, lines: Iterable[tuple[str, int]] | None = None
) -> Decimal:
    """The `amount` itself, what (SKU, quantity) `lines` of the order cost, or all that is left.

    Raises BadInput for both at once and for lines the order does not have, DomainError
    (`nothing_to_refund`) when nothing is left.
    """
    if amount is not None and lines is not None:
        raise BadInput("Send an amount or lines, not both.", field="lines")
    if lines is not None:
        return amount_of_lines(order=payment.order, lines=lines)
    if amount is not None:
        return amount
    left = payment.amount - payment.refunded_amount
    if left <= 0 or payment.status != Payment.Status.CAPTURED:
        raise DomainError("No money of this payment is left to send back.", code="nothing_to_refund")
    return left


def amount_of_lines(*, order: Order, lines: Iterable[tuple[str, int]]) -> Decimal:
    """What the shopper paid for so many pieces, without delivery.

    A part of a line is rounded down, so that its parts never add up to more than the line.
    """
    bought = {line.sku: line for line in order.lines.all()}
    total = ZERO
    for sku, quantity in lines:
        line = bought.pop(sku, None)
        if line is None or quantity > line.quantity:
            raise BadInput("The order does not have that many of this.", field="lines", data={"sku": sku})
        total += line_share(
            total=line.total, quantity=line.quantity, before=0, pieces=quantity, currency=order.currency
        )
    return total
