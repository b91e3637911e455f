"""Stripe: the shopper pays on Stripe's own page (Checkout), so that no card number comes near the shop.

Which ways to pay that page offers (cards, Apple Pay, Google Pay, bank debits) is set in the
Stripe account. Names over there: `external_id` is a Checkout Session, `charge_id` its payment intent.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from payments.gateways.base import (
    Ask,
    Charge,
    Event,
    Fetched,
    GatewayRefused,
    Pace,
    Refunded,
    Started,
)
from payments.gateways.stripe import events, states
from payments.gateways.stripe.amounts import to_stripe
from payments.gateways.stripe.client import asking, client

# A page at Stripe lives at least half an hour from its opening and at most a day.
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=24)
Thing = dict[str, Any]
_REFUNDS = "payment_intent.latest_charge.refunds"


class StripeGateway:
    code = "stripe"
    label = "Card, Apple Pay or Google Pay"
    help_text = "Takes you to the secure payment page of Stripe."
    pace: Pace = "online"
    is_online = True

    def is_configured(self) -> bool:
        return bool(settings.STRIPE_SECRET_KEY)

    def start(self, ask: Ask) -> Started:
        session = self._session(ask.external_id) if ask.external_id else self._open(ask)
        if session["status"] == "expired":
            raise GatewayRefused("The payment page has expired. Please start the payment again.")
        # Paid there already: the way back asks how it stands.
        return Started(redirect_url=session["url"] or ask.return_url, external_id=session["id"])

    def _open(self, ask: Ask) -> Thing:
        with asking():
            answer = client().v1.checkout.sessions.create(
                _session_params(ask), {"idempotency_key": ask.reference}
            )
        return self._session(answer.id) if _was_replayed(answer) else answer.to_dict()

    def confirm(self, charge: Charge) -> Fetched:
        """Nothing is left to finish when the shopper comes back."""
        return self.fetch(charge)

    def fetch(self, charge: Charge) -> Fetched:
        if not charge.external_id:
            # The answer to `start` was lost, and nobody was sent to that page.
            return Fetched(status="unknown")
        try:
            session = self._session(charge.external_id, expand=[_REFUNDS])
        except GatewayRefused:
            # The key is of another account than the one it was paid to.
            return Fetched(status="unknown")
        intent = session["payment_intent"] or {}
        found = (intent.get("latest_charge") or {}).get("refunds") or {"data": [], "has_more": False}
        return states.fetched(session, _refunds(intent["id"]) if found["has_more"] else found["data"])

    def capture(self, charge: Charge, *, key: str) -> Fetched:
        intent = self._intent_of(charge)
        with asking():
            client().v1.payment_intents.capture(intent, {}, {"idempotency_key": key})
        return self.fetch(charge)

    def cancel(self, charge: Charge, *, key: str) -> Fetched:
        if not charge.external_id:
            return Fetched(status="cancelled")
        found = self.fetch(charge)
        try:
            with asking():
                if found.status == "authorised":
                    client().v1.payment_intents.cancel(found.charge_id, {}, {"idempotency_key": key})
                elif found.status == "pending":
                    client().v1.checkout.sessions.expire(
                        charge.external_id, {}, {"idempotency_key": f"{key}-page"}
                    )
        except GatewayRefused:
            # It was paid, captured or ended between the two questions; or a bank debit is under way.
            return self.fetch(charge)
        return self.fetch(charge) if found.status in ("authorised", "pending") else found

    def refund(self, charge: Charge, *, amount: Decimal, key: str, external_id: str = "") -> Refunded:
        refund = self._refund(external_id) if external_id else self._send_back(charge, amount, key)
        return Refunded(
            status=states.refund_state(refund),
            external_id=refund["id"],
            reason=states.refund_reason(refund),
        )

    def _send_back(self, charge: Charge, amount: Decimal, key: str) -> Thing:
        intent = self._intent_of(charge)
        # Stripe forgets idempotency keys after a day; the refund itself keeps ours for good.
        for refund in _refunds(intent):
            if states.metadata(refund, "key") == key:
                return refund
        with asking():
            answer = client().v1.refunds.create(
                {
                    "payment_intent": intent,
                    "amount": to_stripe(amount, charge.currency),
                    "metadata": _names(charge) | {"key": key},
                },
                {"idempotency_key": key},
            )
        return self._refund(answer.id) if _was_replayed(answer) else answer.to_dict()

    def _refund(self, name: str) -> Thing:
        with asking():
            return client().v1.refunds.retrieve(name).to_dict()

    def parse_event(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        return events.parse(headers=headers, body=body)

    def _session(self, name: str, expand: list[str] | None = None) -> Thing:
        with asking():
            return client().v1.checkout.sessions.retrieve(name, {"expand": expand or []}).to_dict()

    def _intent_of(self, charge: Charge) -> str:
        intent = charge.charge_id
        if not intent and charge.external_id:
            intent = self._session(charge.external_id)["payment_intent"] or ""
        if not intent:
            raise GatewayRefused("Nobody has paid this at Stripe.")
        return intent


GATEWAYS = [StripeGateway()]


def _names(charge: Charge) -> dict[str, str]:
    return {"reference": charge.reference, "order": charge.order_number}


def _session_params(ask: Ask) -> Any:
    """The same for the same payment, however often it is asked: Stripe compares them by the key."""
    price = {
        "currency": ask.currency.lower(),
        "unit_amount": to_stripe(ask.amount, ask.currency),
        "product_data": {"name": f"Order {ask.order_number}"},
    }
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "customer_email": ask.email,
        "client_reference_id": ask.reference,
        "metadata": _names(ask),
        "payment_intent_data": {
            "capture_method": settings.STRIPE_CAPTURE,
            "description": f"Order {ask.order_number}",
            "metadata": _names(ask),
        },
        "success_url": ask.return_url,
        "cancel_url": ask.cancel_url,
    }
    # Half an hour more than the order waits: that is long enough for Stripe whenever it is asked, and
    # does not change from one try to the next. An order that is over sooner ends its page (`cancel`).
    now = timezone.now()
    if ask.expires_at and now < ask.expires_at < now + _LONGEST - _SHORTEST:
        params["expires_at"] = int((ask.expires_at + _SHORTEST).timestamp()) + 1
    return params


def _refunds(intent: str) -> list[Thing]:
    with asking():
        found = client().v1.refunds.list({"payment_intent": intent, "limit": 100})
        return [refund.to_dict() for refund in found.auto_paging_iter()]


def _was_replayed(answer: Any) -> bool:
    """Whether Stripe gave the answer of an earlier call again, which may be out of date."""
    headers = answer.last_response.headers if answer.last_response else {}
    return headers.get("Idempotent-Replayed") == "true"
