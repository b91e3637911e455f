"""What the email about money that was sent back says."""

from decimal import Decimal
from typing import Any

from orders.models import Notification


def refund_context(row: Notification) -> dict[str, Any]:
    """The refund an email is about, as the order's history has it; nothing for other emails."""
    if row.kind != Notification.Kind.REFUND_SENT:
        return {}
    data = row.order.events.get(pk=row.key, kind="refunded").data
    return {"refund": {**data, "amount": Decimal(data["amount"])}}
