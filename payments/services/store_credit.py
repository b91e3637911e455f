"""Store credit: what the shop owes to one customer, and refunds that become it."""

from decimal import Decimal
from typing import Any

from django.conf import settings

from ecommerce.lib.transactions import retrying_atomic
from orders.services.orders import locked
from payments.models import GiftCard, GiftCardEntry, Refund
from payments.services.gift_card_ledger import put_on
from payments.services.gift_cards import Recipient, issue_gift_card, require_amount
from payments.services.refunds import book_refund


def credit_of(customer: Any, currency: str = "") -> GiftCard | None:
    """The customer's store credit, None before they had any."""
    key = _key(customer, currency or settings.SHOP_CURRENCY)
    return GiftCard.objects.filter(credit_key=key).first()


@retrying_atomic
def open_credit(*, customer: Any, currency: str = "", actor: Any = None) -> GiftCard:
    """The customer's store credit, empty at first; the unique key allows one for each currency."""
    currency = currency or settings.SHOP_CURRENCY
    card, _ = GiftCard.objects.get_or_create(
        credit_key=_key(customer, currency),
        defaults={
            "kind": GiftCard.Kind.STORE_CREDIT,
            "customer": customer,
            "currency": currency,
            "initial_amount": 0,
            "balance": 0,
            "put_on": 0,
            "recipient_email": customer.email or "",
            "recipient_name": customer.get_full_name()[:120],
            "created_by": actor,
        },
    )
    return card


@retrying_atomic
def top_up(*, customer: Any, amount: Decimal, reason: str, key: str, actor: Any = None) -> GiftCardEntry:
    """Give a customer store credit, once for each key. Raises BadInput for an amount no card can have."""
    require_amount(amount, settings.SHOP_CURRENCY)
    card = open_credit(customer=customer, actor=actor)
    return put_on(card=card, amount=amount, key=f"top-up-{key}", reason=reason, actor=actor)


@retrying_atomic
def credit_refund(*, refund: Refund, actor: Any = None) -> Refund:
    """Give the amount of a refund as store credit and book it, once; repeating changes nothing.

    Who ordered as a guest gets a gift card by email instead.
    """
    order = locked(refund.payment.order)
    refund = Refund.objects.select_related("payment__order__customer").get(pk=refund.pk)
    if refund.status != Refund.Status.PENDING:
        return refund
    words = f"Refund of order {order.number}"
    if order.customer is None:
        to = Recipient(email=order.email, name=order.name, message=words)
        card = issue_gift_card(
            amount=refund.amount,
            key=f"refund-{refund.key}",
            to=to,
            currency=order.currency,
            reason=words,
            refund=refund,
            actor=actor,
        ).card
        return book_refund(refund=refund, external_id=f"gift-card-{card.pk}", actor=actor)
    card = open_credit(customer=order.customer, currency=order.currency)
    booked = book_refund(refund=refund, external_id=f"gift-card-{card.pk}", actor=actor)
    # Last, because cards are locked after everything else.
    put_on(
        card=card, amount=refund.amount, key=f"credit-{refund.key}", reason=words, refund=refund, actor=actor
    )
    return booked


def _key(customer: Any, currency: str) -> str:
    return f"{customer.pk}:{currency}"
