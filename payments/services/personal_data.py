"""Payments, gift cards and store credit: handed out, and emptied of names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from ecommerce.lib.money import format_money
from ecommerce.lib.personal_data import Person
from orders.models import Order
from payments.models import GatewayEvent, GiftCard, Payment, Refund

COVERS = frozenset({"payments.GiftCard", "payments.GatewayEvent", "payments.Payment"})
_PAYMENT = ("gateway", "status", "amount", "refunded_amount", "currency", "captured_at", "created_at")
_UNSETTLED = (Refund.Status.PENDING, Refund.Status.FAILED)
_OPEN = (Payment.Status.PENDING, Payment.Status.AUTHORISED)


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    return {"payments": _payments(person), "gift_cards": _cards(person)}


def _payments(person: Person) -> Iterator[dict[str, Any]]:
    rows = Payment.all_objects.filter(order__in=_orders(person)).order_by("pk")
    for payment in rows.select_related("order").prefetch_related("refunds").iterator(chunk_size=200):
        yield {
            "order": payment.order.number,
            **{name: getattr(payment, name) for name in _PAYMENT},
            "refunds": [
                {"amount": refund.amount, "status": refund.status, "reason": refund.reason}
                for refund in payment.refunds.all()
            ],
        }


def _cards(person: Person) -> Iterator[dict[str, Any]]:
    """Store credit with its movements, and gift cards that were sent to the person; never a code."""
    mine = Q(customer_id=person.pk) if person.pk else Q(pk__in=[])
    rows = GiftCard.all_objects.filter(mine | person.named_in("recipient_email")).order_by("pk")
    for card in rows.prefetch_related("entries").iterator(chunk_size=200):
        yield {
            "card": card.label,
            "currency": card.currency,
            "balance": card.balance,
            "expires_on": card.expires_on,
            "recipient_name": card.recipient_name,
            "recipient_email": card.recipient_email,
            "message": card.message,
            # Who else used a card that was given on is not the recipient's business.
            "movements": [
                {"amount": entry.amount, "reason": entry.reason, "at": entry.created_at}
                for entry in card.entries.all()
            ]
            if card.kind == GiftCard.Kind.STORE_CREDIT
            else [],
        }


def open_matters(person: Person) -> list[str]:
    """Money that is still on its way or still owed, in words."""
    orders = _orders(person)
    words = [
        f"{format_money(refund.amount, refund.payment.currency)} of order {refund.payment.order.number} "
        "still have to go back to you."
        for refund in Refund.objects.filter(payment__order__in=orders, status__in=_UNSETTLED)
        .select_related("payment__order")
        .order_by("pk")[:20]
    ]
    held = Payment.objects.filter(order__in=orders, live_for__isnull=False, status__in=_OPEN)
    for number in held.order_by("pk").values_list("order__number", flat=True)[:20]:
        words.append(f"The payment of order {number} is not finished.")
    credit = GiftCard.objects.filter(customer_id=person.pk or 0, balance__gt=0)
    for card in credit.order_by("pk"):
        amount = format_money(card.balance, card.currency)
        words.append(f"You have {amount} of store credit. Spend it, or write to us to give it up.")
    return words


def erase(person: Person, now: datetime) -> None:
    """Amounts stay, names go: of gift cards, and of what gateways told us of who paid."""
    orders = _orders(person)
    bought = Q(order__in=orders)
    mine = Q(customer_id=person.pk) if person.pk else Q(pk__in=[])
    cards = GiftCard.all_objects.filter(bought | mine | person.named_in("recipient_email"))
    cards.update(recipient_email="", recipient_name="", message="", comments="")
    GatewayEvent.objects.filter(payment__order__in=orders).update(payload={"erased": True})


def _orders(person: Person) -> Any:
    return Order.all_objects.filter(person.owns()).order_by().values("pk")
