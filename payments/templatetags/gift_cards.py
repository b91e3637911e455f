"""Gift cards and store credit on pages of other apps, and how an order was paid."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

from orders.models import Cart, Order
from orders.pricing import Quote
from payments import gateways
from payments.forms import GiftCardForm
from payments.gateways.gift_card.gateway import GIFT_CARD
from payments.models import GiftCard, Payment
from payments.services.gift_card_plan import Plan, plan_of
from payments.services.store_credit import credit_of

register = template.Library()
_HISTORY = 10


@dataclass(frozen=True, kw_only=True)
class CheckoutCards:
    """What the last page of the checkout says of gift cards; `credit` can still be put in."""

    plan: Plan
    credit: GiftCard | None
    form: GiftCardForm


@register.simple_tag(takes_context=True)
def checkout_cards(context: Any, cart: Cart, quote: Quote) -> CheckoutCards:
    """How the cart's cards pay what `quote` says. One query, two for customers."""
    plan = context.get("cards_plan") or plan_of(cart=cart, total=quote.total, currency=quote.currency)
    credit = None
    if cart.customer_id and not plan.has_credit:
        found = credit_of(cart.customer, quote.currency)
        credit = found if found and found.is_usable else None
    return CheckoutCards(plan=plan, credit=credit, form=context.get("card_form") or GiftCardForm())


@register.simple_tag
def payments_of(order: Order) -> list[tuple[str, Decimal]]:
    """What came in for an order by which way, the first first: ("Gift card …4F2K", 20)."""
    made = Payment.objects.filter(order=order, status=Payment.Status.CAPTURED).order_by("pk")
    return [(name_of(payment), payment.amount) for payment in made]


@register.filter
def name_of(payment: Payment) -> str:
    """How a payment was made, as shoppers read it."""
    by_card = payment.gateway == GIFT_CARD and payment.external_id
    return payment.external_id if by_card else gateways.get(payment.gateway).label


@register.inclusion_tag("payments/_store_credit.html")
def store_credit(customer: Any) -> dict[str, Any]:
    """The customer's store credit and its latest changes; nothing for who never had any."""
    card = credit_of(customer)
    return {"card": card, "entries": list(card.entries.all()[:_HISTORY]) if card else []}
