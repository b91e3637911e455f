"""What went back of an order, on its page."""

from typing import Any

from django import template

from orders.models import Order
from payments.models import Refund
from payments.services.sent_refunds import way_of

register = template.Library()


@register.inclusion_tag("payments/_refunds.html")
def order_refunds(order: Order) -> dict[str, Any]:
    """The refunds and the credit notes of an order. One query, two when there are any."""
    found = Refund.objects.filter(payment__order=order).exclude(status=Refund.Status.GIVEN_UP)
    refunds = list(found.select_related("payment").order_by("pk"))
    return {
        "order": order,
        "refunds": [
            {
                "amount": refund.amount,
                "reason": refund.reason,
                "done_at": refund.done_at,
                "way": way_of(refund),
            }
            for refund in refunds
        ],
        "credit_notes": list(order.credit_notes.order_by("pk")) if refunds else [],
    }
