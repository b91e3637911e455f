"""Gift cards and store credit the way they come about."""

import uuid
from decimal import Decimal
from typing import Any

from orders.models import Cart
from orders.tests.factories import cart_with
from payments.models import GiftCard
from payments.services.cart_gift_cards import use_card
from payments.services.gift_cards import Issued, Recipient, issue_gift_card
from payments.services.store_credit import top_up


def new_card(amount: str = "20.00", email: str = "", **wanted: Any) -> Issued:
    """A gift card that was just issued, with its code."""
    to = Recipient(email=email, name="Robin Reuter") if email else None
    return issue_gift_card(amount=Decimal(amount), key=uuid.uuid4().hex, to=to, **wanted)


def credit_for(customer: Any, amount: str = "20.00") -> GiftCard:
    """Store credit of a customer."""
    key = uuid.uuid4().hex
    return top_up(customer=customer, amount=Decimal(amount), reason="A goodwill gesture", key=key).card


def cart_paid_by(*cards: Issued, **wanted: Any) -> Cart:
    """A cart ready to be placed that gift cards are kept with."""
    cart = cart_with(**wanted)
    for issued in cards:
        use_card(cart=cart, code=issued.code)
    return cart
