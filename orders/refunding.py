"""What pieces of a line are worth when they come back. Pure, like the calculation of the price."""

from decimal import ROUND_DOWN, Decimal

from ecommerce.lib.money import round_money, smallest_unit


def line_share(*, total: Decimal, quantity: int, before: int, pieces: int, currency: str) -> Decimal:
    """What `pieces` more of a line are worth when `before` of its `quantity` went back already.

    `total` is what the shopper paid for the whole line, in major units of `currency`. The worth
    of the first n pieces is total × n / quantity, rounded down to the smallest unit; a share is
    the difference of two of those. So shares are never negative, and however the pieces are
    divided, all of them together are worth exactly `total`.

    Raises ValueError when the line does not have that many pieces.
    """
    if before < 0 or pieces < 0 or quantity < 1 or before + pieces > quantity:
        raise ValueError(f"{before} + {pieces} of {quantity} pieces")
    return _worth(total, before + pieces, quantity, currency) - _worth(total, before, quantity, currency)


def tax_share(*, tax: Decimal, quantity: int, before: int, pieces: int, currency: str) -> Decimal:
    """How much of a line's `tax` is in `pieces` more of it. All pieces together have exactly `tax`.

    Rounded half up, as the tax of the line itself was.
    """
    upto = round_money(tax * (before + pieces) / quantity, currency)
    return upto - round_money(tax * before / quantity, currency)


def _worth(total: Decimal, pieces: int, quantity: int, currency: str) -> Decimal:
    if pieces == quantity:
        return total
    return (total * pieces / quantity).quantize(smallest_unit(currency), ROUND_DOWN)
