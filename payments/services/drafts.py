"""From a draft to an order that waits for its money."""

from decimal import Decimal
from typing import Any

from ecommerce.lib.transactions import retrying_atomic
from orders.agreement import Agreement
from orders.models import Cart, Order
from orders.services.checkout import place_order
from orders.services.events import record
from orders.services.orders import mark_paid
from payments.services.orders import place_and_pay


@retrying_atomic
def place_by_link(
    *, cart: Cart, customer: Any, confirmed_total: Decimal | None = None, agreed: Agreement | None = None
) -> Order:
    """Place an order whose customer is emailed a link, chooses there how to pay, and pays.

    The goods are kept as many days as the shop settings say. An order that costs nothing is paid
    at once. Raises what `place_order` raises.
    """
    order = place_order(
        cart=cart, customer=customer, confirmed_total=confirmed_total, agreed=agreed, payment_method=""
    )
    waits = order.total or order.is_paid or order.status == Order.Status.CANCELLED
    return order if waits else mark_paid(order=order)


@retrying_atomic
def place_draft(*, draft: Cart, agreed: Agreement | None, actor: Any, payment_method: str = "") -> Order:
    """Place what staff prepared. Placing it again returns the same order.

    Without a `payment_method` the customer is sent a link, chooses there, and the goods are
    kept as many days as the shop settings say; with one it is placed as if the customer had
    chosen it. Raises what `place_order` raises: `agreed` is what was on the page of staff.
    """
    if payment_method:
        order, _ = place_and_pay(
            cart=draft,
            customer=draft.customer,
            confirmed_total=None,
            agreed=agreed,
            payment_method=payment_method,
        )
    else:
        order = place_by_link(cart=draft, customer=draft.customer, agreed=agreed)
    if not order.events.filter(kind="placed_by_staff").exists():
        message = f"Prepared by {actor.get_full_name()}"
        record(order=order, kind="placed_by_staff", message=message[:300], actor=actor, is_public=False)
    return order
