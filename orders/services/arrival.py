"""When the goods of a cart arrive: what pages, API and the order all promise."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import StoreSettings
from orders.models import Order
from orders.pricing import delivery_price
from orders.services.cart_view import CartView
from orders.services.quoting import as_delivery
from orders.shipping import Offer, Promise, Terms, promise


@dataclass(frozen=True, kw_only=True)
class Option:
    """A way of delivery as the shopper weighs it: what it costs, and when it comes."""

    method: Offer
    price: Decimal
    promise: Promise


def promise_of(view: CartView, *, method: Offer, now: datetime) -> Promise:
    """The days on which the cart arrives by `method` when it is ordered `now`. No query."""
    return promise(
        method=method,
        placed_at=now,
        settings=StoreSettings.current(),
        country=view.country,
        extra_days=view.extra_days,
    )


def arrival_of(view: CartView, *, now: datetime) -> Promise | None:
    """The days on which the cart arrives as it stands; None while it cannot be delivered."""
    return promise_of(view, method=view.method, now=now) if view.method else None


def terms_of(method: Offer, *, extra_days: int = 0) -> dict[str, Any]:
    """What an order keeps, so that its promise can be counted again when its money comes late."""
    terms = Terms(
        kind=method.kind,
        days_min=method.days_min,
        days_max=method.days_max,
        handling_days=method.handling_days,
        extra_days=extra_days,
    )
    return asdict(terms)


def later_promise(order: Order, *, now: datetime) -> dict[str, date]:
    """The order's fields to change when work on it begins only `now`, because its money was waited
    for; empty when the promise of the day it was placed still holds."""
    if not order.promise_terms or order.promised_until is None:
        return {}
    terms = Terms(**order.promise_terms)
    found = promise(
        method=terms,
        placed_at=now,
        settings=StoreSettings.current(),
        country=order.delivery_address.country,
        extra_days=terms.extra_days,
    )
    if found.latest <= order.promised_until:
        return {}
    return {"promised_from": found.earliest, "promised_until": found.latest}


def options_of(view: CartView) -> list[Option]:
    """The ways of delivery offered for the cart: parcels first, the cheapest first."""
    now = timezone.now()
    return [
        Option(
            method=method,
            price=delivery_price(view.priced(as_delivery(method)), view.goods, view.quote.currency),
            promise=promise_of(view, method=method, now=now),
        )
        for method in view.methods
    ]
