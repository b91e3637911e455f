"""Withdrawal as programs state it: things by their SKU, or the whole order."""

from collections.abc import Sequence
from typing import Any

from ecommerce.lib.errors import BadInput
from orders.models import Order, OrderLine, Withdrawal
from payments.services.withdrawal import receipt_of, withdraw, withdrawable_lines

# SKU, and pieces when they were named.
Item = tuple[str, int | None]


def withdraw_by_sku(
    *, order: Order, name: str, items: Sequence[Item] | None, actor: Any = None
) -> tuple[Withdrawal, bool]:
    """Withdraw from `items`, None: from the whole order; returns the receipt and whether it is new.

    The receipt goes to the order's email address. Pieces that are named must be all that are left
    of a line: who keeps some asks for a return. Raises BadInput for other pieces, for SKUs that
    are not in the order and for one named twice, and what `withdraw` raises.
    """
    chosen = _chosen(order, items)
    known = receipt_of(order, list(chosen))
    if known is None:
        _require_all_pieces(order, chosen)
    made = withdraw(order=order, name=name, email=order.email, line_ids=list(chosen), actor=actor)
    return made, known is None


def _chosen(order: Order, items: Sequence[Item] | None) -> dict[int, int | None]:
    """Pieces by line id; the whole order names all its lines, also those that came back."""
    if items is None:
        return {line.pk: None for line in order.lines.all()}
    lines = {line.sku: line for line in order.lines.all()}
    for sku, _ in items:
        if sku not in lines:
            raise BadInput(f"Order {order.number} has nothing with the SKU {sku}.", field="items")
    chosen = {lines[sku].pk: pieces for sku, pieces in items}
    if len(chosen) < len(items):
        raise BadInput("Name each thing once.", field="items", code="named_twice")
    return chosen


def _require_all_pieces(order: Order, chosen: dict[int, int | None]) -> None:
    for line, left in withdrawable_lines(order):
        pieces = chosen.get(line.pk)
        if pieces is not None and pieces != left:
            raise _not_all(line, left)


def _not_all(line: OrderLine, left: int) -> BadInput:
    return BadInput(
        f"You can withdraw from all {left} of {line.full_name}. To keep some, ask for a return.",
        field="items",
        code="not_all_pieces",
        data={"left": left},
    )
