"""Where the visitor said a basket would go, until the checkout knows the address."""

from django.conf import settings
from django.http import HttpRequest

from orders.models import Cart

_KEY = "destination"


def destination_of(request: HttpRequest, cart: Cart | None) -> dict[str, str]:
    """`country` and `postal_code` as the visitor gave them on the basket's page.

    Empty while nothing was said, and once the cart has an address, which counts then.
    """
    if cart is not None and cart.shipping_address:
        return {}
    said = request.session.get(_KEY) or {}
    if said.get("country") not in settings.SHOP_COUNTRIES:
        return {}
    return {"country": said["country"], "postal_code": said.get("postal_code", "")}


def remember_destination(request: HttpRequest, *, country: str, postal_code: str) -> None:
    """Keep in the session where the basket would go; both as the form has checked them."""
    request.session[_KEY] = {"country": country, "postal_code": postal_code}
