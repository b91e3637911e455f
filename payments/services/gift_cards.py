"""Gift cards for staff: issued, blocked, adjusted. Customers' store credit is in `store_credit`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from ecommerce.lib.errors import BadInput
from ecommerce.lib.money import format_money, smallest_unit
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Order
from payments.models import GiftCard, GiftCardEntry, Refund
from payments.services.gift_card_codes import hash_of, new_code, seal
from payments.services.gift_card_emails import owe_email
from payments.services.gift_card_ledger import put_on, take_off

LARGEST = Decimal(10_000)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new card with its code, which nobody can read again; "" when it was issued before."""

    card: GiftCard
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets the email with the code; without an address none is sent."""

    email: str = ""
    name: str = ""
    message: str = ""


@retrying_atomic
def issue_gift_card(
    *,
    amount: Decimal,
    key: str,
    to: Recipient | None = None,
    currency: str = "",
    expires_on: date | None = None,
    reason: str = "Issued",
    order: Order | None = None,
    refund: Refund | None = None,
    actor: Any = None,
) -> Issued:
    """Issue a card of `amount`, once for each `key`, and owe the email that brings its code.

    Raises BadInput for an amount no card can have, and for an end that is over.
    """
    if refund is None:
        require_amount(amount, currency or settings.SHOP_CURRENCY)
    if expires_on is not None and expires_on < timezone.localdate():
        raise BadInput("This day is over. Enter a later one.", field="expires_on")
    ledger_key = f"issue-{key}"
    if found := GiftCardEntry.objects.filter(key=ledger_key).select_related("card").first():
        return Issued(card=found.card)
    code, to = new_code(), to or Recipient()
    try:
        with transaction.atomic():
            card = GiftCard.objects.create(
                code_hash=hash_of(code),
                last4=code[-4:],
                sealed_code=seal(code) if to.email else "",
                currency=currency or settings.SHOP_CURRENCY,
                initial_amount=amount,
                balance=amount,
                put_on=amount,
                expires_on=expires_on,
                recipient_email=to.email,
                recipient_name=to.name,
                message=to.message,
                order=order,
                refund=refund,
                created_by=actor,
            )
            GiftCardEntry.objects.create(
                card=card, amount=amount, key=ledger_key, reason=reason[:200], refund=refund, actor=actor
            )
    except IntegrityError:
        return Issued(card=GiftCardEntry.objects.select_related("card").get(key=ledger_key).card)
    if to.email:
        owe_email(card=card)
    return Issued(card=card, code=code)


def block(*, card: GiftCard, reason: str, actor: Any = None) -> GiftCard:
    """Nobody can pay with it until it is unblocked; what it holds stays. Repeating changes nothing."""
    return _set_status(card, GiftCard.Status.BLOCKED, reason, actor)


def unblock(*, card: GiftCard, reason: str, actor: Any = None) -> GiftCard:
    return _set_status(card, GiftCard.Status.ACTIVE, reason, actor)


@retrying_atomic
def _set_status(card: GiftCard, status: str, reason: str, actor: Any) -> GiftCard:
    """The reason is kept among the card's comments, which only staff see."""
    if not reason.strip():
        raise BadInput("Say why.", field="reason")
    row = GiftCard.objects.select_for_update().get(pk=card.pk)
    if row.status != status:
        row.status, row.modified_by = status, actor
        who = actor.get_full_name() if actor else "Shop"
        words = f"{timezone.localtime():%d.%m.%Y %H:%M} {row.get_status_display()} by {who}: {reason.strip()}"
        row.comments = f"{row.comments}\n{words}".strip()
        row.save(update_fields=["status", "comments", "modified_by", "modified_at"])
    return row


def adjust(*, card: GiftCard, change: Decimal, reason: str, key: str, actor: Any = None) -> GiftCard:
    """Put money on a card, or with a minus take it off, with a reason; once for each key.

    Raises BadInput for an amount no card can have, CardEmptier for more than the card holds.
    """
    if not reason.strip():
        raise BadInput("Say why.", field="reason")
    require_amount(abs(change), card.currency)
    entry_key = f"adjust-{card.pk}-{key}"
    if change > 0:
        put_on(card=card, amount=change, key=entry_key, reason=reason.strip(), actor=actor)
    else:
        take_off(card=card, amount=-change, key=entry_key, reason=reason.strip(), actor=actor)
    card.refresh_from_db()
    return card


def require_amount(amount: Decimal, currency: str) -> None:
    """Raise BadInput unless `amount` is more than nothing, not too much and in whole cents."""
    if not 0 < amount <= LARGEST:
        most = format_money(LARGEST, currency)
        raise BadInput(f"Enter an amount above zero and up to {most}.", field="amount")
    if amount % smallest_unit(currency):
        raise BadInput("Enter an amount in whole cents.", field="amount")
