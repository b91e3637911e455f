"""Sign-in brings the guest's basket along."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from orders.access import SESSION_KEY, forget_cart
from orders.models import Cart
from orders.services.cart import merge_carts


@receiver(user_logged_in)
def take_cart_along(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Merge the cart of the session into the customer's; a token for another's cart does nothing."""
    session = getattr(request, "session", None)
    token = session.pop(SESSION_KEY, None) if session is not None else None
    if request is None or not token:
        return
    if guest := Cart.objects.open().filter(token=token, customer=None).first():
        merge_carts(guest=guest, customer=user)
    forget_cart(request)
