"""How often somebody may try a gift card code: by address, and by basket when there is one."""

from typing import Any

from ecommerce.lib.ratelimit import client_address, count_try
from orders.models import Cart

_BY_ADDRESS = 20
_BY_CART = 10
_SECONDS = 600


def count_code(request: Any, cart: Cart | None = None) -> None:
    """Count one try. Raises TooMany above the limit."""
    count_try("gift-card", client_address(request), limit=_BY_ADDRESS, seconds=_SECONDS)
    if cart is not None:
        count_try("gift-card-cart", str(cart.pk), limit=_BY_CART, seconds=_SECONDS)
