"""The ways to pay, for pages of the checkout."""

from django import template

from payments import gateways
from payments.gateways.base import Gateway

register = template.Library()


@register.simple_tag
def offered_gateways() -> list[Gateway]:
    """What the shop offers, in its order."""
    return gateways.offered()
