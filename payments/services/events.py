"""What gateways report by themselves: stored once, in the transaction of their effect."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from ecommerce.lib.transactions import retrying_atomic
from payments.gateways.base import Event, Fetched
from payments.models import GatewayEvent, Payment
from payments.services.alerts import flag
from payments.services.payments import ask_gateway, book


def handle_event(*, gateway: str, event: Event) -> bool:
    """Book a message of `gateway` (a code) whose signature is right; False for one that is known already.

    The event's own words are not believed: it makes us ask the gateway how the payment stands. An
    event for a payment we do not know is kept for staff to see. Raises GatewayError when the
    gateway does not answer: nothing is stored, so its repeat counts.
    """
    if GatewayEvent.objects.filter(gateway=gateway, event_id=event.event_id).exists():
        return False
    payment = _payment_of(gateway, event)
    return _store(
        gateway=gateway, event=event, payment=payment, fetched=ask_gateway(payment) if payment else None
    )


def _payment_of(gateway: str, event: Event) -> Payment | None:
    names: dict[str, Any] = {
        "reference": event.reference,
        "external_id": event.external_id,
        "charge_id": event.charge_id,
    }
    wanted = Q(pk=None)
    for field, name in names.items():
        wanted |= Q(**{field: name}) if name else Q(pk=None)
    return Payment.objects.filter(wanted, gateway=gateway).select_related("order").order_by("pk").first()


@retrying_atomic
def _store(*, gateway: str, event: Event, payment: Payment | None, fetched: Fetched | None) -> bool:
    """The unique event id decides between rivals: only one of them books the effect."""
    outcome = GatewayEvent.NO_SUCH_PAYMENT
    if payment is not None and fetched is not None:
        outcome = f"gateway says {fetched.status}"
    elif not (event.reference or event.external_id or event.charge_id):
        outcome = "not about a payment"
    row = GatewayEvent(
        gateway=gateway,
        event_id=event.event_id,
        kind=event.kind[:60],
        payment=payment,
        payload=event.payload,
        outcome=outcome,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    if payment is not None and fetched is not None:
        book(payment=payment, fetched=fetched)
        if event.alert:
            flag(payment=payment, message=event.alert)
    return True
