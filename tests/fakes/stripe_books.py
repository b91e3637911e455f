"""What Stripe has in its books, and what happens there when somebody pays, declines or refunds.

Objects are plain dicts of Stripe's shape (API of 2026); every change writes the events that Stripe
would send about it.
"""

import copy
import secrets
import time
from typing import Any

from tests.fakes.server import Refusal

Thing = dict[str, Any]
_DAY = 24 * 60 * 60


def error(
    message: str,
    *,
    code: str = "",
    param: str = "",
    kind: str = "invalid_request_error",
    status: int = 400,
    executed: bool = False,
) -> Refusal:
    """A refusal of Stripe's shape. `executed`: its idempotency key remembers it."""
    words = {"type": kind, "message": message, "code": code, "param": param}
    refusal = Refusal(status, {"error": {name: value for name, value in words.items() if value}})
    refusal.executed = executed  # type: ignore[attr-defined]
    return refusal


class Books:
    """One account at Stripe."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []

    # --- Finding ------------------------------------------------------------------------------

    def get(self, kind: str, name: str) -> Thing:
        found = self.things.get(name)
        if found is None or found["object"] != kind:
            raise error(f"No such {kind}: '{name}'", code="resource_missing", param="id", status=404)
        return found

    def all(self, kind: str, **like: Any) -> list[Thing]:
        """Newest first, as Stripe lists."""
        found = [one for one in self.things.values() if one["object"] == kind]
        return [one for one in reversed(found) if all(one.get(name) == value for name, value in like.items())]

    def session(self, name: str = "") -> Thing:
        """By its id or our reference; the newest for ""."""
        for one in self.all("checkout.session"):
            if name in ("", one["id"], one["client_reference_id"]):
                return one
        raise error(f"No such checkout.session: '{name}'", code="resource_missing", status=404)

    def intent(self, name: str = "") -> Thing:
        """By its id or our reference; the newest for ""."""
        for one in self.all("payment_intent"):
            if name in ("", one["id"], one["metadata"].get("reference")):
                return one
        raise error(f"No such payment_intent: '{name}'", code="resource_missing", status=404)

    def add(self, prefix: str, kind: str, **fields: Any) -> Thing:
        thing: Thing = {
            "id": f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": int(time.time()),
        }
        self.things[thing["id"]] = thing | {"livemode": False, "metadata": {}} | fields
        return self.things[thing["id"]]

    def tell(self, kind: str, thing: Thing) -> None:
        """Write an event: a picture of the thing as it is now."""
        event = {"id": f"evt_{secrets.token_hex(12)}", "object": "event", "type": kind, "livemode": False}
        event |= {"created": int(time.time()), "api_version": "2026-10-28.endive", "pending_webhooks": 1}
        self.events.append(event | {"data": {"object": copy.deepcopy(self.shown(thing))}})

    def shown(self, thing: Thing) -> Thing:
        return {name: value for name, value in thing.items() if not name.startswith("_")}

    # --- What shoppers do on the hosted page --------------------------------------------------

    def pay(self, session: Thing, *, later: bool = False) -> Thing:
        """The shopper agrees. `later`: with a bank debit, whose money takes days."""
        intent = self._try(session)
        charge = self._charge(intent, status="pending" if later else "succeeded")
        session |= {"status": "complete", "url": None}
        if later:
            intent["status"] = "processing"
            self.tell("payment_intent.processing", intent)
        elif intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            until = {"capture_before": charge["created"] + 7 * _DAY}
            charge["payment_method_details"]["card"] |= until
            self.tell("charge.succeeded", charge)
            self.tell("payment_intent.amount_capturable_updated", intent)
        else:
            self._receive(intent, charge)
            session["payment_status"] = "paid"
        self.tell("checkout.session.completed", session)
        return intent

    def decline(self, session: Thing) -> Thing:
        """The card is refused; the page stays open for another try."""
        intent = self._try(session)
        charge = self._charge(intent, status="failed")
        words = {"code": "card_declined", "decline_code": "generic_decline"}
        words |= {"type": "card_error", "message": "Your card was declined."}
        charge |= {"failure_code": words["code"], "failure_message": words["message"]}
        intent |= {"status": "requires_payment_method", "last_payment_error": words}
        self.tell("charge.failed", charge)
        self.tell("payment_intent.payment_failed", intent)
        return intent

    def finish(self, intent: Thing, *, good: bool) -> None:
        """How a payment that takes days ends."""
        session = self.session(intent["metadata"].get("reference", ""))
        charge = self.things[intent["latest_charge"]]
        if good:
            charge["status"] = "succeeded"
            self._receive(intent, charge)
            session["payment_status"] = "paid"
            return self.tell("checkout.session.async_payment_succeeded", session)
        words = {"code": "debit_not_authorized", "message": "The customer's bank did not allow the debit."}
        charge |= {"status": "failed", "failure_code": words["code"]}
        intent |= {"status": "requires_payment_method", "last_payment_error": words}
        self.tell("payment_intent.payment_failed", intent)
        self.tell("checkout.session.async_payment_failed", session)

    def _try(self, session: Thing) -> Thing:
        if session["status"] != "open":
            raise error(f"This page is {session['status']}.", code="page_closed")
        if session["payment_intent"]:
            return self.things[session["payment_intent"]]
        intent = self.add(
            "pi",
            "payment_intent",
            amount=session["amount_total"],
            amount_capturable=0,
            amount_received=0,
            cancellation_reason=None,
            client_secret=f"pi_secret_{secrets.token_hex(12)}",
            currency=session["currency"],
            last_payment_error=None,
            latest_charge=None,
            status="requires_payment_method",
            receipt_email=session["customer_email"],
            **{"capture_method": "automatic", "metadata": {}} | session["_intent"],
        )
        session["payment_intent"] = intent["id"]
        self.tell("payment_intent.created", intent)
        return intent

    def _charge(self, intent: Thing, *, status: str) -> Thing:
        card = {"brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2042, "country": "DE"}
        good = status == "succeeded"
        charge = self.add(
            "ch",
            "charge",
            amount=intent["amount"],
            amount_captured=0,
            amount_refunded=0,
            billing_details={"email": intent["receipt_email"], "name": "Nora Nagel"},
            captured=False,
            currency=intent["currency"],
            disputed=False,
            paid=good,
            payment_intent=intent["id"],
            payment_method_details={"type": "card", "card": card},
            refunded=False,
            status=status,
            metadata=dict(intent["metadata"]),
        )
        intent["latest_charge"] = charge["id"]
        return charge

    def _receive(self, intent: Thing, charge: Thing) -> None:
        charge |= {"captured": True, "paid": True, "amount_captured": charge["amount"]}
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "amount_capturable": 0}
        self.tell("charge.succeeded", charge)
        self.tell("payment_intent.succeeded", intent)

    # --- What ends otherwise ------------------------------------------------------------------

    def expire(self, session: Thing) -> Thing:
        if session["status"] != "open":
            raise error(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of {session['status']}.",
                executed=True,
            )
        session |= {"status": "expired", "url": None}
        if intent := self.things.get(session["payment_intent"] or ""):
            intent |= {"status": "canceled", "cancellation_reason": "automatic"}
            self.tell("payment_intent.canceled", intent)
        self.tell("checkout.session.expired", session)
        return session

    def capture(self, intent: Thing) -> Thing:
        self._require(intent, "captured", ("requires_capture",))
        charge = self.things[intent["latest_charge"]]
        charge |= {"captured": True, "amount_captured": charge["amount"]}
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "amount_capturable": 0}
        self.tell("charge.captured", charge)
        self.tell("payment_intent.succeeded", intent)
        return intent

    def cancel(self, intent: Thing, *, reason: str | None) -> Thing:
        """Give an authorised amount free; `reason` "automatic": nobody took it in time."""
        self._require(intent, "canceled", ("requires_capture", "processing"))
        charge = self.things[intent["latest_charge"]]
        charge |= {"refunded": True, "amount_refunded": charge["amount"]}
        intent |= {"status": "canceled", "cancellation_reason": reason, "amount_capturable": 0}
        self.tell("charge.refunded", charge)
        self.tell("payment_intent.canceled", intent)
        return intent

    def _require(self, intent: Thing, verb: str, states: tuple[str, ...]) -> None:
        if intent["status"] not in states:
            raise error(
                f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
                executed=True,
            )

    def refund(self, intent: Thing, *, amount: int, metadata: Thing, status: str = "succeeded") -> Thing:
        charge = self.things.get(intent["latest_charge"] or "")
        if charge is None or not charge["captured"]:
            raise error("This PaymentIntent does not have a successful charge to refund.", executed=True)
        left = charge["amount"] - charge["amount_refunded"]
        if not left:
            raise error(
                f"Charge {charge['id']} has already been refunded.",
                code="charge_already_refunded",
                executed=True,
            )
        if amount > left:
            raise error(
                f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
                param="amount",
                executed=True,
            )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refund = self.add(
            "re",
            "refund",
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            failure_reason=None,
            payment_intent=intent["id"],
            reason="requested_by_customer",
            status=status,
            metadata=metadata,
        )
        self.tell("refund.created", refund)
        self.tell("charge.refunded", charge)
        return refund

    def finish_refund(self, refund: Thing, *, status: str, reason: str | None) -> Thing:
        """A refund the bank took days for arrives, or comes back."""
        refund |= {"status": status, "failure_reason": reason}
        if status in ("failed", "canceled"):
            charge = self.things[refund["charge"]]
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
        self.tell("refund.failed" if status == "failed" else "refund.updated", refund)
        return refund

    def dispute(self, intent: Thing, *, reason: str, due: int | None) -> Thing:
        """The shopper's bank takes the money back until the shop has answered."""
        charge = self.things[intent["latest_charge"]]
        charge["disputed"] = True
        dispute = self.add(
            "du",
            "dispute",
            amount=charge["amount"],
            charge=charge["id"],
            currency=charge["currency"],
            evidence_details={"due_by": due or int(time.time()) + 7 * _DAY},
            payment_intent=intent["id"],
            reason=reason,
            status="needs_response",
        )
        self.tell("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute: Thing, *, won: bool) -> None:
        dispute["status"] = "won" if won else "lost"
        self.tell("charge.dispute.closed", dispute)
