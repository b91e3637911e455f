"""Gift cards kept with a cart: put in, taken out, taken along. Nothing is taken from a card here."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart
from payments.models import CartGiftCard, GiftCard
from payments.services.gift_card_codes import hashes_of, normalise
from payments.services.gift_card_plan import CardUnusable
from payments.services.store_credit import credit_of

_AT_MOST = 10


def find_card(*, code: str, currency: str = "") -> GiftCard:
    """The usable gift card with this code.

    Raises BadInput without one, CardUnusable for all others alike: guessing should not tell an
    unknown code from a card that is empty, blocked, expired or of another currency.
    """
    if not code.strip():
        raise BadInput("Enter the code of a gift card.", field="code", code="gift_card_missing")
    wanted = hashes_of(code) if normalise(code) else []
    usable = GiftCard.objects.usable(timezone.localdate())
    card = usable.filter(code_hash__in=wanted, currency=currency or settings.SHOP_CURRENCY).first()
    if card is None:
        raise CardUnusable
    return card


@retrying_atomic
def use_card(*, cart: Cart, code: str) -> CartGiftCard:
    """Keep a gift card with a cart; the same one again changes nothing. Raises what `find_card` raises,
    and `cart_closed` once the cart has been ordered."""
    _lock_open(cart)
    card = find_card(code=code)
    if CartGiftCard.objects.filter(cart=cart).exclude(card=card).count() >= _AT_MOST:
        raise BadInput(f"An order takes at most {_AT_MOST} gift cards.", field="code")
    row, _ = CartGiftCard.objects.get_or_create(cart=cart, card=card)
    return row


@retrying_atomic
def use_credit(*, cart: Cart, customer: Any) -> CartGiftCard:
    """Keep the customer's own store credit with their cart. Raises DomainError (`no_store_credit`)
    when there is none."""
    _lock_open(cart)
    card = credit_of(customer) if customer is not None and cart.customer_id == customer.pk else None
    if card is None or not card.is_usable:
        raise DomainError("You have no store credit to use.", code="no_store_credit")
    row, _ = CartGiftCard.objects.get_or_create(cart=cart, card=card)
    return row


@retrying_atomic
def stop_using(*, cart: Cart, pk: int) -> bool:
    """Take a card out of an open cart; returns whether it was in."""
    rows = CartGiftCard.objects.filter(cart=cart, pk=pk, cart__status__in=Cart.EDITABLE)
    return rows.delete()[0] > 0


def take_along(guest: Cart, target: Cart) -> None:
    """When a guest's cart is merged into a customer's, its cards come with it."""
    for row in CartGiftCard.objects.filter(cart=guest):
        CartGiftCard.objects.get_or_create(cart=target, card_id=row.card_id)


def _lock_open(cart: Cart) -> None:
    if Cart.objects.select_for_update().get(pk=cart.pk).status not in Cart.EDITABLE:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
