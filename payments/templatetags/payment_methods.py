"""The ways to pay, for pages of the checkout."""

from django import template

from orders.models import Order
from payments import gateways
from payments.gateways.base import Gateway
from payments.models import Payment
from payments.services.payments import open_payment

register = template.Library()


@register.simple_tag
def offered_gateways() -> list[Gateway]:
    """What the shop offers, in its order."""
    return gateways.offered()


@register.simple_tag
def authorised_payment(order: Order) -> Payment | None:
    """The payment that is promised and waits for the shop to take it, if there is one."""
    live = open_payment(order)
    return live if live and live.status == Payment.Status.AUTHORISED else None
