"""What a refund without a return is for, and what that is worth. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import ZERO, format_money, round_money
from orders.crediting import Credit
from orders.models import Order, OrderLine
from orders.refunding import line_share
from orders.services.credit_notes import Wanted, work_out
from orders.services.return_money import delivery_is_gone, refunded_pieces
from orders.services.returns import left_to_return
from payments.models import Payment
from payments.services.refunds import Share, shares_of


@dataclass(frozen=True, kw_only=True)
class LineLeft:
    """A line of which `gone` pieces were paid back, and what the next ones are worth."""

    line: OrderLine
    gone: int

    @property
    def left(self) -> int:
        """Pieces that were sent, not asked back in a return and not paid back."""
        return left_to_return(self.line)

    @property
    def unsent(self) -> int:
        return self.line.quantity - self.line.quantity_shipped

    def worth(self, pieces: int, currency: str) -> Decimal:
        """What the shopper paid for `pieces` more of it, discount and tax included."""
        return line_share(
            total=self.line.total,
            quantity=self.line.quantity,
            before=self.gone,
            pieces=pieces,
            currency=currency,
        )


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What goes back: money for pieces of lines (by line id), for delivery, or a plain `amount`."""

    pieces: dict[int, int] = field(default_factory=dict)
    goods: dict[int, Decimal] = field(default_factory=dict)
    shipping: Decimal = ZERO
    amount: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum(self.goods.values(), self.shipping + self.amount)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a refund would do: by which payments, and what its credit note would say (None: no invoice)."""

    worth: Worth
    shares: list[Share]
    credit: Credit | None


def lines_left(order: Order) -> list[LineLeft]:
    """The order's lines with what can still be paid back. Three queries."""
    gone = refunded_pieces(order)
    return [LineLeft(line=line, gone=gone.get(line.pk, 0)) for line in order.lines.all()]


def delivery_left(order: Order) -> Decimal:
    """What the shopper paid for delivery, tax and discounts included, unless it went back already."""
    paid = order.total - sum((line.total for line in order.lines.all()), ZERO)
    return ZERO if paid <= 0 or delivery_is_gone(order) else paid


def require_delivery(order: Order) -> Decimal:
    """All that was paid for delivery. Raises DomainError (`delivery_refunded`) when nothing of it is left."""
    if left := delivery_left(order):
        return left
    raise DomainError("No delivery cost is left to send back.", code="delivery_refunded", field="shipping")


def pieces_by_sku(order: Order, lines: Iterable[tuple[str, int]]) -> dict[int, int]:
    """(SKU, pieces) as line ids. Raises BadInput for what the order does not have."""
    bought = {line.sku: line for line in order.lines.all()}
    found = {}
    for sku, pieces in lines:
        line = bought.pop(sku, None)
        if line is None or pieces > line.quantity:
            raise BadInput("The order does not have that many of this.", field="lines", data={"sku": sku})
        found[line.pk] = pieces
    return found


def worth_of(
    order: Order,
    *,
    lines: Mapping[int, int] | None = None,
    shipping: Decimal | None = None,
    amount: Decimal | None = None,
) -> Worth:
    """What these are worth now. Raises BadInput for an amount besides lines or delivery and for
    nothing at all, DomainError for pieces that have not left (`not_sent`) or went back already
    (`already_refunded`), and for delivery that went back (`delivery_refunded`)."""
    pieces = {pk: count for pk, count in (lines or {}).items() if count}
    if amount is not None:
        if pieces or shipping:
            raise BadInput("Send an amount, or lines and delivery, not both.", field="amount")
        if amount <= 0 or amount != round_money(amount, order.currency):
            raise BadInput("Enter an amount above zero.", field="amount")
        return Worth(amount=amount)
    if not pieces and not shipping:
        raise BadInput("Choose pieces, delivery or an amount.", field="amount", code="nothing_chosen")
    known = {row.line.pk: row for row in lines_left(order)}
    for pk, count in pieces.items():
        _require_left(known.get(pk), count)
    goods = {pk: known[pk].worth(count, order.currency) for pk, count in pieces.items()}
    worth = Worth(pieces=pieces, goods=goods, shipping=_delivery(order, shipping))
    if worth.total <= 0:
        raise BadInput("What was chosen cost nothing.", field="amount", code="nothing_chosen")
    return worth


def refund_preview(*, order: Order, worth: Worth, payment: Payment | None = None) -> Preview:
    """What sending `worth` back would do. Raises DomainError (`above_captured`)."""
    shares, invoice = shares_of(order=order, amount=worth.total, payment=payment), order.invoice
    wanted = Wanted(amount=worth.total, lines=worth.pieces, shipping=worth.shipping)
    return Preview(worth=worth, shares=shares, credit=work_out(order, invoice, wanted) if invoice else None)


def _require_left(row: LineLeft | None, pieces: int) -> None:
    if row is None:
        raise BadInput("The order does not have that many of this.", field="lines")
    if not 1 <= pieces <= row.line.quantity:
        words = f"The order does not have that many of {row.line.full_name}."
        raise BadInput(words, field=f"pieces_{row.line.pk}")
    if pieces <= row.left:
        return
    line, where = row.line, f"pieces_{row.line.pk}"
    data = {"sku": line.sku, "left": row.left}
    if pieces > line.quantity_shipped:
        raise DomainError(
            f"{line.quantity_shipped} of {line.quantity} {line.full_name} have left. "
            "Take the others out of the order instead.",
            code="not_sent",
            field=where,
            data=data,
        )
    raise DomainError(
        f"{row.left} of {line.full_name} can still be paid back here; the others were, or are in a return.",
        code="already_refunded",
        field=where,
        data=data,
    )


def _delivery(order: Order, wanted: Decimal | None) -> Decimal:
    if not wanted:
        return ZERO
    left = require_delivery(order)
    if not 0 < wanted <= left or wanted != round_money(wanted, order.currency):
        most = format_money(left, order.currency)
        raise BadInput(f"At most {most} can go back for delivery.", field="shipping")
    return wanted
