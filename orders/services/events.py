"""The order's diary."""

from typing import Any

from orders.models import Order, OrderEvent
from orders.services.webhook_data import DIARY, tell_order


def record(
    *,
    order: Order,
    kind: str,
    message: str,
    actor: Any = None,
    actor_label: str = "",
    is_public: bool = True,
    data: dict[str, Any] | None = None,
) -> OrderEvent:
    """Append an event, and tell partners of the kinds that concern them.

    `actor` is the acting user, or None when the shop itself acted.
    """
    tell_order(order, DIARY.get(kind))
    return OrderEvent.objects.create(
        order=order,
        kind=kind,
        message=message,
        actor=actor,
        actor_label=actor_label or (actor.get_full_name() if actor else "Shop"),
        is_public=is_public,
        data=data or {},
    )
