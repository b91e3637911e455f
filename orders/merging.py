"""What apps further up keep with a cart, taken along when a guest's cart becomes a customer's.

They register a function when the shop starts, because nothing down here may import them.
"""

from collections.abc import Callable

from orders.models import Cart

TakeAlong = Callable[[Cart, Cart], None]
_KEEPERS: list[TakeAlong] = []


def register(keeper: TakeAlong) -> None:
    """Have `keeper(guest, target)` called in the transaction of each merge."""
    if keeper not in _KEEPERS:
        _KEEPERS.append(keeper)


def take_along(guest: Cart, target: Cart) -> None:
    for keeper in _KEEPERS:
        keeper(guest, target)
