"""A customer's orders on pages of other apps."""

from typing import Any

from django import template

from orders.models import Order

register = template.Library()


@register.inclusion_tag("orders/_latest_orders.html")
def latest_orders(user: Any, limit: int = 3) -> dict[str, Any]:
    """The customer's newest orders, or an invitation when there are none."""
    orders = Order.objects.for_customer(user).prefetch_related("lines__product__category")[:limit]
    return {"orders": list(orders)}
