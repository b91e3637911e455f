"""Refunds without a return: of pieces, of delivery, or of a plain amount."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import F

from catalog.services import inventory
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order, OrderLine
from orders.services.orders import locked
from payments.models import Payment, Refund
from payments.services.refund_parts import worth_of
from payments.services.refunds import About, claim_shares, complete_all
from payments.services.sent_refunds import is_of_return

# Ways that staff may choose when they send money back.
METHODS = (Refund.Method.ORIGINAL, Refund.Method.STORE_CREDIT, Refund.Method.BY_HAND)


def refund_parts(
    *,
    order: Order,
    lines: Mapping[int, int] | None = None,
    shipping: Decimal | None = None,
    amount: Decimal | None = None,
    reason: str,
    restock: bool = False,
    method: str = Refund.Method.ORIGINAL,
    key: str,
    payment: Payment | None = None,
    actor: Any = None,
) -> list[Refund]:
    """Send back what pieces (`lines`: order line id -> pieces) and `shipping` cost, or a plain `amount`.

    The same `key` never pays twice. A piece is paid back by this or asked back in a return, never both,
    and delivery once in all. `restock` puts the pieces back on the shelf. The money comes from all
    payments of the order, or from `payment` alone. Raises what `worth_of` raises, BadInput without a reason,
    DomainError (`above_captured`) when less is left, and GatewayError while a gateway does not
    answer: that share stays pending then, and the sweep sends it.
    """
    refunds = _claim_parts(
        order=order,
        lines=lines,
        shipping=shipping,
        amount=amount,
        reason=reason.strip(),
        about=About(restock=restock, method=method, actor=actor),
        key=key,
        payment=payment,
    )
    return complete_all(refunds=refunds, actor=actor)


def refunds_of_key(order: Order, key: str) -> list[Refund]:
    """What was claimed with `key`, however it stands."""
    found = Refund.objects.filter(payment__order=order, key__startswith=f"{key}:").select_related("payment")
    return [refund for refund in found.order_by("pk") if refund.key.rpartition(":")[0] == key]


@retrying_atomic
def _claim_parts(
    *,
    order: Order,
    lines: Mapping[int, int] | None,
    shipping: Decimal | None,
    amount: Decimal | None,
    reason: str,
    about: About,
    key: str,
    payment: Payment | None,
) -> list[Refund]:
    """Money, pieces, delivery and stock are claimed together, or nothing is."""
    order = locked(order)
    if found := refunds_of_key(order, key):
        return found
    if not reason:
        raise BadInput("Say why; the shopper reads it.", field="reason")
    worth = worth_of(order, lines=lines, shipping=shipping, amount=amount)
    restock = about.restock and bool(worth.pieces)
    about = replace(about, lines=worth.pieces, shipping=worth.shipping, restock=restock)
    refunds = claim_shares(
        order=order, amount=worth.total, reason=reason, key=key, about=about, payment=payment
    )
    _claim_pieces(order, about.lines)
    _claim_delivery(order, about.shipping)
    if about.restock:
        _restock(order, about, reason)
    return refunds


def _claim_pieces(order: Order, pieces: Mapping[int, int]) -> None:
    """Count them as paid back. The condition is part of the UPDATE: nobody gets between."""
    for pk, count in sorted(pieces.items()):
        gone = F("quantity_refunded") + F("quantity_returned") + count
        rows = OrderLine.objects.filter(pk=pk, order=order, quantity_shipped__gte=gone)
        if not rows.update(quantity_refunded=F("quantity_refunded") + count):
            raise DomainError("These pieces were paid back already.", code="already_refunded", field="lines")


def _claim_delivery(order: Order, amount: Decimal) -> None:
    if amount and not Order.objects.filter(pk=order.pk, shipping_refunded=0).update(shipping_refunded=amount):
        raise DomainError(
            "No delivery cost is left to send back.", code="delivery_refunded", field="shipping"
        )


def _restock(order: Order, about: About, reason: str) -> None:
    lines = order.lines.filter(pk__in=about.lines).select_related("variant__product")
    for line in lines.order_by("variant_id"):
        inventory.give_back(
            variant=line.variant,
            quantity=about.lines[line.pk],
            reference=order.stock_reference,
            actor=about.actor,
            reason=f"Refund: {reason}"[:200],
        )


@retrying_atomic
def release_parts(*, refund: Refund) -> None:
    """A refund that is given up for good paid nothing back: its pieces and delivery may be asked for again.

    Called in the transaction that gives it up. Pieces that went back on the shelf stay there, and those
    of a return stay decided.
    """
    if is_of_return(refund):
        return
    order = locked(refund.payment.order)
    for pk, count in refund.lines.items():
        OrderLine.objects.filter(pk=pk, order=order, quantity_refunded__gte=count).update(
            quantity_refunded=F("quantity_refunded") - count
        )
    if refund.shipping:
        Order.objects.filter(pk=order.pk, shipping_refunded=refund.shipping).update(shipping_refunded=0)
