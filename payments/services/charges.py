"""A payment in the words of the border to its gateway."""

from payments.gateways.base import Charge
from payments.models import Payment


def charge_of(payment: Payment) -> Charge:
    """The payment as its gateway knows it."""
    return Charge(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        order_number=payment.order.number,
        external_id=payment.external_id,
        charge_id=payment.charge_id,
    )
