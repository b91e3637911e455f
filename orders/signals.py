"""Sign-in brings the guest's basket along, and what was ordered as a guest."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from orders.access import SESSION_KEY, forget_cart
from orders.models import Cart
from orders.services.cart import merge_carts
from orders.services.claiming import claim_orders


@receiver(user_logged_in)
def take_cart_along(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Merge the cart of the session into the customer's; a token for another's cart does nothing."""
    session = getattr(request, "session", None)
    token = session.pop(SESSION_KEY, None) if session is not None else None
    if request is None or not token:
        return
    if guest := Cart.objects.open().filter(token=token, customer=None).first():
        told: list[str] = []
        merge_carts(guest=guest, customer=user, told=told)
        for words in told:
            messages.warning(request, words, fail_silently=True)
    forget_cart(request)


@receiver(user_logged_in)
def bring_orders_along(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Who signs in with a code sent to an address gets the orders that a guest placed with it."""
    if email := getattr(request, "proven_email", ""):
        claim_orders(customer=user, email=email)
