"""What a shopper chooses whose money came too late: wait for the goods, or have it back."""

from typing import Any

from django.utils import timezone

from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from orders.services import reviving
from orders.services.events import record
from orders.services.orders import go_on, locked


@retrying_atomic
def wait_for_goods(*, order: Order, actor: Any = None) -> Order:
    """The shopper waits: the order goes on, with what has yet to come on backorder.

    Choosing again changes nothing. Raises DomainError `choice_over` when the money is on its way
    back already, and `out_of_stock` when others took what could be waited for: the choice to have the
    money back stays open.
    """
    order = locked(order)
    if order.status != Order.Status.CANCELLED:
        return order
    if order.choice_until is None:
        raise DomainError("Your money is on its way back already.", code="choice_over")
    reviving.take_with_backorder(order)
    record(order=order, kind="waits", message="The customer waits for the goods", actor=actor)
    reviving.bring_back(order, message="Your order is on; we send it when everything is here")
    go_on(order)
    return order


@retrying_atomic
def end_choice(*, order: Order, actor: Any = None) -> Order:
    """Nobody waits for the goods: from here on the money goes back as any that no order needs.

    Ending it again changes nothing. An order that is on again has no choice to end.
    """
    order = locked(order)
    open_choice = Order.objects.filter(pk=order.pk, choice_until__isnull=False)
    if open_choice.update(choice_until=None, modified_at=timezone.now()):
        record(order=order, kind="choice_ended", message="Your money goes back", actor=actor)
        order.refresh_from_db()
    return order
