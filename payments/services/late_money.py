"""Money that came too late for its order goes back: at the shopper's word, or when nobody chose."""

from django.utils import timezone

from orders.models import Order
from orders.services.late_money import end_choice
from payments.services.refunds import return_everything


def send_back_late_money(*, order: Order) -> Order:
    """End the shopper's choice and send the money back, once however often this is called.

    An order that is on again keeps its money. Raises GatewayError when it could not be sent yet:
    the sweep then does.
    """
    order = end_choice(order=order)
    if order.status == Order.Status.CANCELLED:
        reason = "The goods were gone when the payment arrived."
        return_everything(order=order, reason=reason, if_cancelled=True)
        order.refresh_from_db()
    return order


def can_choose(order: Order) -> bool:
    """Whether the shopper may still wait for the goods."""
    return order.choice_until is not None and order.choice_until > timezone.now()
