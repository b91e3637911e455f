"""What a part of an order line is worth when it goes back. Pure."""

from decimal import Decimal

from ecommerce.lib.money import round_money


def line_share(*, total: Decimal, quantity: int, before: int, pieces: int, currency: str) -> Decimal:
    """What the next `pieces` of a line of `quantity` pieces are worth, `before` of them gone back.

    `total` is what the shopper paid for the whole line, in major units of `currency`. The share
    is the difference of two rounded sums, so that all pieces together are worth exactly the
    line's total, however they are split: a line of 3 for 10.00 gives 3.33, 3.34 and 3.33.
    Raises ValueError for more pieces than the line has, or fewer than none.
    """
    if before < 0 or pieces < 0 or before + pieces > quantity:
        raise ValueError(f"{before} and {pieces} of {quantity} pieces")
    return _worth(total, quantity, before + pieces, currency) - _worth(total, quantity, before, currency)


def _worth(total: Decimal, quantity: int, pieces: int, currency: str) -> Decimal:
    """What the first `pieces` are worth together."""
    return round_money(total * pieces / quantity, currency) if pieces else Decimal(0)
