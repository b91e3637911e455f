"""Goods that the shopper comes for: where, and when they are ready."""

from typing import Any

from orders.models import Order
from orders.shipping import Offer


def collecting_place(offer: Offer) -> dict[str, Any] | None:
    """What an order keeps of the place it is collected from; None for what is sent."""
    if offer.pickup is None:
        return None
    return offer.pickup.to_dict() | {"opening_hours": offer.opening_hours}


def place_in_words(order: Order) -> str:
    """ "Alcove shop, Lindenallee 7, 10117 Berlin": where an order is collected."""
    place = order.pickup_address
    return ", ".join(place.lines[:-1]) if place else ""
