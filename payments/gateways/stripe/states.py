"""How a payment stands, read from Stripe's objects: a session, its payment intent, its charge."""

from datetime import UTC, datetime, timedelta
from typing import Any

from payments.gateways.base import Fetched, PaymentState, RefundSeen, RefundState
from payments.gateways.stripe.amounts import from_stripe

Thing = dict[str, Any]
_UNTIL_FREED = timedelta(days=7)
_REFUNDS: dict[str, RefundState] = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
_WHY_CANCELLED = {
    "automatic": "The money was given free again: it was not taken in time.",
    "fraudulent": "The payment was called off as fraudulent.",
}
_REFUND_REASONS = {
    "expired_or_canceled_card": "the card has expired or was cancelled",
    "lost_or_stolen_card": "the card was lost or stolen",
    "insufficient_funds": "there is not enough money in the Stripe account",
    "declined": "the shopper's bank declined it",
    "merchant_request": "it was called off at Stripe",
    "charge_for_pending_refund_disputed": "the shopper's bank disputes the payment",
}


def fetched(session: Thing, refunds: list[Thing]) -> Fetched:
    """`session` with its payment intent and latest charge in it; `refunds` of that payment intent."""
    intent = session["payment_intent"]
    state, reason = _state(session, intent or {})
    money = intent or session
    counts = {"captured": "amount_received", "authorised": "amount_capturable"}
    amount = money[counts.get(state, "amount" if intent else "amount_total")]
    currency = money["currency"].upper()
    return Fetched(
        status=state,
        amount=from_stripe(amount, currency),
        currency=currency,
        order_number=metadata(money, "order"),
        external_id=session["id"],
        charge_id=intent["id"] if intent else "",
        reason=reason,
        authorised_until=_until(intent) if state == "authorised" else None,
        refunds=tuple(_seen(refund) for refund in refunds) if state == "captured" else (),
    )


def _state(session: Thing, intent: Thing) -> tuple[PaymentState, str]:
    status = intent.get("status", "")
    if status == "succeeded":
        return "captured", ""
    if status == "requires_capture":
        return "authorised", ""
    if status == "processing":
        return "pending", ""
    if session["status"] == "expired":
        return "failed", "The payment page was closed before anybody paid."
    if status == "canceled":
        return "cancelled", _WHY_CANCELLED.get(intent["cancellation_reason"] or "", "")
    if session["status"] == "complete" and status == "requires_payment_method":
        # A bank debit that the shopper agreed to days ago has not worked.
        return "failed", "The bank did not send the money."
    # The page is open: a card that was declined there may be followed by another.
    return "pending", ""


def _until(intent: Thing) -> datetime:
    """When Stripe gives the money free: the card's own date where it says one."""
    details = (intent["latest_charge"] or {}).get("payment_method_details") or {}
    kind = details.get("type", "")
    before = (details.get(kind) or {}).get("capture_before")
    if before:
        return datetime.fromtimestamp(before, UTC)
    return datetime.fromtimestamp(intent["created"], UTC) + _UNTIL_FREED


def _seen(refund: Thing) -> RefundSeen:
    return RefundSeen(
        external_id=refund["id"],
        amount=from_stripe(refund["amount"], refund["currency"]),
        status=refund_state(refund),
        key=metadata(refund, "key"),
    )


def refund_state(refund: Thing) -> RefundState:
    return _REFUNDS.get(refund["status"] or "", "pending")


def refund_reason(refund: Thing) -> str:
    """Why a refund failed, in words for staff."""
    if refund_state(refund) != "failed":
        return ""
    reason = refund.get("failure_reason") or "unknown"
    return f"Stripe could not send it: {_REFUND_REASONS.get(reason, reason.replace('_', ' '))}."


def metadata(thing: Thing, name: str) -> str:
    return str((thing["metadata"] or {}).get(name, ""))
