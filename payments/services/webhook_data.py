"""What partners are told of payments and of money that went back."""

from functools import partial
from typing import Any

from ecommerce.lib.money import round_money
from payments import gateways
from payments.models import Payment, Refund
from webhooks.event_types import EventType
from webhooks.services.publishing import publish


def tell_payment(payment: Payment, type: EventType) -> None:
    """Publish an event of a payment whose row has just changed."""
    publish(type, payment.pk, partial(payment_data, payment.pk))


def tell_refunded(refund: Refund) -> None:
    """Publish that a refund has left."""
    publish(EventType.PAYMENT_REFUNDED, refund.payment_id, partial(refund_data, refund))


def payment_data(pk: int) -> dict[str, Any]:
    payment = Payment.objects.select_related("order").get(pk=pk)
    money = partial(round_money, currency=payment.currency)
    return {
        "payment_id": payment.pk,
        "order_id": payment.order_id,
        "order_number": payment.order.number,
        "payment_state": payment.get_status_display(),
        "payment_method": gateways.get(payment.gateway).label,
        "currency": payment.currency,
        "amount": money(payment.amount),
        "refunded_amount": money(payment.refunded_amount),
        "payment_date": payment.captured_at,
        "created_at": payment.created_at,
    }


def refund_data(refund: Refund) -> dict[str, Any]:
    """The payment, and the refund that is the news."""
    data = payment_data(refund.payment_id)
    amount = round_money(refund.amount, currency=data["currency"])
    return data | {"refund_id": refund.pk, "refund_amount": amount}
