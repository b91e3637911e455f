"""Returns on an order's page."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone

from orders.models import Order, OrderLine
from orders.services.returns import deadline_of, left_to_return, may_send_back

register = template.Library()


@register.inclusion_tag("orders/_returns.html")
def order_returns(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """The order's returns and withdrawals, and whether another one is possible. Two queries."""
    lines, now = list(lines), timezone.now()
    is_open, deadline = may_send_back(order, now=now), deadline_of(order)
    ended = order.status in (Order.Status.CANCELLED, Order.Status.REFUNDED)
    sent, left = any(line.quantity_shipped for line in lines), any(left_to_return(line) for line in lines)
    return {
        "order": order,
        "returns": list(order.returns.order_by("pk")),
        "withdrawals": list(order.withdrawals.order_by("pk")),
        "deadline": deadline,
        "may_return": is_open and left,
        "too_late": sent and not ended and not is_open,
        "may_withdraw": not ended
        and (deadline is None or now <= deadline)
        and any(line.quantity > line.quantity_returned for line in lines),
    }
