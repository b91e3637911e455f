"""Orders that a guest placed come into an account."""

from typing import Any

from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services.events import record


@retrying_atomic
def claim_orders(*, customer: Any, email: str) -> int:
    """Give `customer` every order that belongs to nobody and was placed with `email`; returns how many.

    The caller has proven, by a code sent there, that the customer reads what comes to this address.
    Case does not count; "nora+shop@" and "nora@" are two addresses. What belongs to somebody stays
    theirs. Repeating claims nothing again: the condition is part of the UPDATE.
    """
    email = email.strip().lower()
    found = Order.objects.filter(customer=None, email_key=email).order_by("pk")
    return sum(_claim(order, customer) for order in found)


def _claim(order: Order, customer: Any) -> bool:
    if not Order.objects.filter(pk=order.pk, customer=None).update(customer=customer):
        return False
    record(order=order, kind="claimed", message="Brought into an account", actor=customer)
    return True
