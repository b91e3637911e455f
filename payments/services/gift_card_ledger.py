"""The one place that changes the balance of a gift card: always together with its entry.

Cards are locked last of all (docs/payments.md). The balance that was read is part of the UPDATE, so
a rival who was faster is noticed even where the database ignores row locks (SQLite); sums are made
in Decimal, not by a database that may count in binary.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecommerce.lib.errors import Busy, DomainError
from ecommerce.lib.money import ZERO
from ecommerce.lib.transactions import retrying_atomic
from payments.models import GiftCard, GiftCardEntry, Payment, Refund

# Who gets money back on a card has at least so long to use it.
_TIME_TO_USE = timedelta(days=30)


class CardEmptier(DomainError):
    """A card holds less than it was to pay, or cannot be used any more."""

    code = "gift_cards_changed"


@retrying_atomic
def spend(*, card: GiftCard, payment: Payment) -> GiftCardEntry:
    """Take the amount of a payment from a card. Raises CardEmptier when it is not there any more."""
    row = GiftCard.objects.select_for_update().get(pk=card.pk)
    if not row.is_usable or row.balance < payment.amount or row.currency != payment.currency:
        raise CardEmptier(f"{row.label} no longer holds what it was to pay. Nothing was ordered.")
    entry = GiftCardEntry.objects.create(
        card=row,
        amount=-payment.amount,
        payment=payment,
        reason=f"Order {payment.order.number}",
        key=f"pay-{payment.reference}",
    )
    _write(row, -payment.amount)
    return entry


@retrying_atomic
def put_on(
    *,
    card: GiftCard,
    amount: Decimal,
    key: str,
    reason: str,
    payment: Payment | None = None,
    refund: Refund | None = None,
    actor: Any = None,
) -> GiftCardEntry:
    """Put money on a card, whatever its state, once for each key.

    Money that comes back can be used: an end that is over or near is moved on.
    """
    entry, is_new = _enter(card, amount, key, reason, payment=payment, refund=refund, actor=actor)
    if is_new:
        row = GiftCard.objects.select_for_update().get(pk=card.pk)
        soonest = timezone.localdate() + _TIME_TO_USE
        gets_time = row.expires_on is not None and row.expires_on < soonest
        _write(row, amount, **({"expires_on": soonest} if gets_time else {}))
    return entry


@retrying_atomic
def take_off(*, card: GiftCard, amount: Decimal, key: str, reason: str, actor: Any = None) -> GiftCardEntry:
    """Staff take money from a card, once for each key. Raises CardEmptier beyond its balance."""
    entry, is_new = _enter(card, -amount, key, reason, actor=actor)
    if is_new:
        row = GiftCard.objects.select_for_update().get(pk=card.pk)
        if row.balance < amount:
            raise CardEmptier(f"{row.label} holds less than that.", field="amount")
        _write(row, -amount)
    return entry


def _enter(card: GiftCard, amount: Decimal, key: str, reason: str, **more: Any) -> tuple[GiftCardEntry, bool]:
    """Write an entry, or find the one with this key; the unique key decides between rivals."""
    if found := GiftCardEntry.objects.filter(key=key).first():
        return found, False
    try:
        with transaction.atomic():
            made = GiftCardEntry.objects.create(
                card=card, amount=amount, key=key, reason=reason[:200], **more
            )
            return made, True
    except IntegrityError:
        return GiftCardEntry.objects.get(key=key), False


def _write(row: GiftCard, change: Decimal, **more: Any) -> None:
    """Raises Busy when the balance is not the one that was read."""
    changed = GiftCard.objects.filter(pk=row.pk, balance=row.balance).update(
        balance=row.balance + change,
        put_on=row.put_on + max(change, ZERO),
        modified_at=timezone.now(),
        **more,
    )
    if not changed:
        raise Busy("Somebody else is using this gift card right now. Please try again.")
