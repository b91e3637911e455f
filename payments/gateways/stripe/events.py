"""Stripe's messages: whether they are Stripe's, what they are about, and what of them is kept."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings

from ecommerce.lib.money import format_money
from payments.gateways.base import BadEvent, Event, GatewayError
from payments.gateways.stripe.amounts import from_stripe
from payments.gateways.stripe.states import refund_reason

log = logging.getLogger(__name__)
SIGNATURE_HEADER = "stripe-signature"
_OLDEST = 5 * 60
# What is kept of a message. It has names, addresses and a part of the card too, and the secret with
# which a browser could go on with the payment.
_KEPT_OF_EVENT = ("id", "type", "created", "api_version", "livemode")
_KEPT_OF_OBJECT = (
    "id",
    "object",
    "status",
    "payment_status",
    "payment_intent",
    "charge",
    "client_reference_id",
    "amount",
    "amount_total",
    "amount_received",
    "amount_capturable",
    "amount_captured",
    "amount_refunded",
    "currency",
    "metadata",
    "reason",
    "failure_code",
    "failure_reason",
    "cancellation_reason",
    "created",
    "expires_at",
)
_DISPUTES = {
    "fraudulent": "the shopper says somebody else paid",
    "product_not_received": "the shopper says nothing has arrived",
    "product_unacceptable": "the shopper says it is not what was promised",
    "duplicate": "the shopper says it was paid twice",
    "credit_not_processed": "the shopper waits for money back",
    "unrecognized": "the shopper does not recognise the payment",
}


def parse(*, headers: Mapping[str, str], body: bytes) -> Event:
    """See `Gateway.parse_event`."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        log.error("A message of Stripe cannot be checked: STRIPE_WEBHOOK_SECRET is not set")
        raise GatewayError("Messages cannot be checked now.")
    given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER, "")
    try:
        stripe.WebhookSignature.verify_header(body, given, settings.STRIPE_WEBHOOK_SECRET, _OLDEST)
        words = json.loads(body)
        return _event(words, words["data"]["object"])
    except stripe.SignatureVerificationError:
        raise BadEvent("The signature of this message is not right, or it is too old.") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        # Bytes that are no text, a signature that is no ASCII, or signed words of another shape.
        raise BadEvent("This message cannot be read.") from None


def _event(words: dict[str, Any], thing: dict[str, Any]) -> Event:
    kind = thing.get("object", "")
    names = thing.get("metadata") or {}
    about = {"reference": names.get("reference") or thing.get("client_reference_id") or ""}
    if kind == "checkout.session":
        about |= {"external_id": thing["id"], "charge_id": _id_of(thing.get("payment_intent"))}
    elif kind == "payment_intent":
        about["charge_id"] = thing["id"]
    else:
        about["charge_id"] = _id_of(thing.get("payment_intent"))
    return Event(
        event_id=words["id"],
        kind=words["type"],
        alert=_alert(words["type"], thing),
        payload={
            **{name: words[name] for name in _KEPT_OF_EVENT if name in words},
            "object": {name: thing[name] for name in _KEPT_OF_OBJECT if name in thing},
        },
        **about,
    )


def _id_of(named: Any) -> str:
    """Stripe names another object by its id, or puts the whole of it there."""
    return named["id"] if isinstance(named, dict) else named or ""


def _alert(kind: str, thing: dict[str, Any]) -> str:
    """What staff have to know at once, in words."""
    if kind not in ("charge.dispute.created", "charge.dispute.closed", "refund.failed"):
        return ""
    currency = thing["currency"].upper()
    amount = format_money(from_stripe(thing["amount"], currency), currency)
    if kind == "refund.failed":
        # Also one that was said to have arrived: banks send money back weeks later.
        return f"A refund of {amount} did not arrive; its money is back at Stripe. {refund_reason(thing)}"
    if kind == "charge.dispute.closed":
        ends = {"won": "was decided for us; the money stays here", "lost": "was lost; the money is gone"}
        return f"The dispute about {amount} {ends.get(thing['status'], 'was closed')}."
    reason = _DISPUTES.get(thing.get("reason", ""), str(thing.get("reason", "")).replace("_", " "))
    due = (thing.get("evidence_details") or {}).get("due_by")
    by = f" by {datetime.fromtimestamp(due, UTC):%d %B %Y}" if due else ""
    return f"The shopper's bank disputes {amount} ({reason}). Answer at Stripe{by}."
