"""PayPal's messages (webhooks): whether PayPal sent them, and what they are about.

How old a message is does not matter. PayPal repeats one for three days until it is answered with
2xx, and promises no new date for a repeat, so refusing old ones could lose money. A message that
somebody sends a second time is known by its id, and says nothing by itself: it makes us ask PayPal.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from ecommerce.lib.money import format_money
from payments.gateways.base import BadEvent, Event
from payments.gateways.paypal import client
from payments.gateways.paypal.amounts import amount_of

Thing = dict[str, Any]
# What PayPal asks for, and the header it comes in.
_SIGNED = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}
# What is kept of a message. A list of what to keep, because payers' names, emails, addresses and
# telephone numbers come in many places.
_KEPT = ("id", "event_type", "resource_type", "create_time", "summary")
_KEPT_OF_RESOURCE = (
    "id", "dispute_id", "status", "intent", "reason", "amount", "dispute_amount", "custom_id",
    "invoice_id", "final_capture", "create_time", "update_time", "expiration_time", "status_details",
)  # fmt: skip


def verified(*, headers: Mapping[str, str], body: bytes) -> Event:
    """The message, when PayPal says that it sent it. Raises BadEvent, and GatewayError when it cannot
    be asked now."""
    given = {name.lower(): value for name, value in headers.items()}
    signed = {field: given.get(header, "") for field, header in _SIGNED.items()}
    event = _parsed(body)
    if not all(signed.values()) or not settings.PAYPAL_WEBHOOK_ID or event is None:
        raise BadEvent("PayPal did not sign this message.")
    try:
        answer = client.post("/v1/notifications/verify-webhook-signature", _question(signed, body))
    except client.Refusal as refusal:
        raise BadEvent("PayPal did not sign this message.") from refusal
    if answer.get("verification_status") != "SUCCESS":
        raise BadEvent("The signature of this message is not right.")
    return _event(event)


def _parsed(body: bytes) -> Thing | None:
    try:
        event = json.loads(body.decode())
    except ValueError:
        return None
    is_event = isinstance(event, dict) and event.get("id") and event.get("event_type")
    return event if is_event and isinstance(event.get("resource"), dict) else None


def _question(signed: dict[str, str], body: bytes) -> bytes:
    """The signature is over the bytes that were sent, so they are put into the question as they are:
    read and written again they could differ by a space or a zero. `body` is known to be one JSON value."""
    front = json.dumps(signed | {"webhook_id": settings.PAYPAL_WEBHOOK_ID})
    return front[:-1].encode() + b', "webhook_event": ' + body + b"}"


def _event(event: Thing) -> Event:
    kind, resource = str(event["event_type"]), event["resource"]
    names = _names(kind, resource)
    return Event(
        event_id=str(event["id"])[:120],
        kind=kind,
        alert=_alert(kind, resource),
        payload={key: event[key] for key in _KEPT if key in event}
        | {"resource": {key: resource[key] for key in _KEPT_OF_RESOURCE if key in resource}},
        **{name: str(value or "")[:120] for name, value in names.items()},
    )


def _names(kind: str, resource: Thing) -> Thing:
    """What the payment is called, by us and by PayPal; nothing for messages about other things."""
    own = str(resource.get("id") or "")
    related = _dict(_dict(resource.get("supplementary_data")).get("related_ids"))
    if kind.startswith("CHECKOUT.ORDER."):
        unit = _dict(next(iter(resource.get("purchase_units") or []), None))
        return {"reference": unit.get("custom_id"), "external_id": own}
    if kind.startswith("CUSTOMER.DISPUTE."):
        first = _dict(next(iter(resource.get("disputed_transactions") or []), None))
        return {"reference": first.get("custom"), "charge_id": first.get("seller_transaction_id")}
    if not kind.startswith(("PAYMENT.CAPTURE.", "PAYMENT.AUTHORIZATION.")):
        return {}
    names = {"reference": resource.get("custom_id"), "external_id": related.get("order_id")}
    # A refund is about the capture above it, and its `custom_id` is the refund's.
    if above := _capture_above(resource):
        return {"external_id": related.get("order_id"), "charge_id": above}
    return names | {"charge_id": own}


def _capture_above(resource: Thing) -> str:
    for link in resource.get("links") or []:
        front, found, capture = str(_dict(link).get("href", "")).rpartition("/captures/")
        if _dict(link).get("rel") == "up" and found:
            return capture
    return ""


def _alert(kind: str, resource: Thing) -> str:
    """What staff have to know, and do on PayPal's pages."""
    if kind == "PAYMENT.CAPTURE.REVERSED":
        return "PayPal took the money of a payment back from the shop. Look at it on PayPal's pages."
    if kind != "CUSTOMER.DISPUTE.CREATED":
        return ""
    amount, currency = amount_of(resource.get("dispute_amount"))
    about = f" about {format_money(amount, currency)}" if amount is not None else ""
    return (
        f"A dispute{about} was opened at PayPal ({resource.get('reason', 'no reason given')}, case "
        f"{resource.get('dispute_id', 'without a number')}). Answer it on PayPal's pages."
    )


def _dict(value: Any) -> Thing:
    return value if isinstance(value, dict) else {}
