"""What gateways report by themselves: stored once, in the transaction of their effect."""

from typing import Any

from django.db import IntegrityError, transaction

from ecommerce.lib.transactions import retrying_atomic
from payments import gateways
from payments.gateways.base import Fetched
from payments.models import GatewayEvent, Payment
from payments.services.payments import book


def handle_event(*, gateway: str, event_id: str, kind: str, reference: str, payload: dict[str, Any]) -> bool:
    """Book an event; returns False for one that is known already.

    The event's own words are not believed: it makes us ask the gateway how the payment with
    `reference` stands. An event for a payment we do not know is kept for staff to see. Raises
    GatewayError when the gateway does not answer: nothing is stored, so its repeat counts.
    """
    if GatewayEvent.objects.filter(gateway=gateway, event_id=event_id).exists():
        return False
    payment = Payment.objects.filter(gateway=gateway, reference=reference).select_related("order").first()
    fetched = gateways.get(gateway).fetch(reference) if payment else None
    return _store(
        event=GatewayEvent(gateway=gateway, event_id=event_id, kind=kind, payment=payment, payload=payload),
        fetched=fetched,
    )


@retrying_atomic
def _store(*, event: GatewayEvent, fetched: Fetched | None) -> bool:
    """The unique event id decides between rivals: only one of them books the effect."""
    event.outcome = "no such payment"
    if event.payment is not None and fetched is not None:
        event.outcome = f"gateway says {fetched.status}"
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        return False
    if event.payment is not None and fetched is not None:
        book(payment=event.payment, fetched=fetched)
    return True
