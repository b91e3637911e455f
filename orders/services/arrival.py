"""When the goods of a cart arrive: what pages, API and the order all promise."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from catalog.models import StoreSettings
from orders.pricing import delivery_price
from orders.services.cart_view import CartView
from orders.services.quoting import as_delivery
from orders.shipping import Offer, Promise, promise


@dataclass(frozen=True, kw_only=True)
class Option:
    """A way of delivery as the shopper weighs it: what it costs, and when it comes."""

    method: Offer
    price: Decimal
    promise: Promise


def promise_of(view: CartView, *, method: Offer, now: datetime) -> Promise:
    """The days on which the cart arrives by `method` when it is ordered `now`. No query."""
    return promise(method=method, placed_at=now, settings=StoreSettings.current(), country=view.country)


def options_of(view: CartView) -> list[Option]:
    """The ways of delivery offered for the cart: parcels first, the cheapest first."""
    now = timezone.now()
    return [
        Option(
            method=method,
            price=delivery_price(as_delivery(method), view.goods, view.quote.currency),
            promise=promise_of(view, method=method, now=now),
        )
        for method in view.methods
    ]
