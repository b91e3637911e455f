"""What PayPal has in its books: orders, and the money that was taken, kept ready and sent back."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.fakes.server import Refusal

Thing = dict[str, Any]
_WHOLE = ("HUF", "JPY", "TWD")
# What PayPal knows of people, and a shop need not.
PAYER = {
    "name": {"given_name": "Petra", "surname": "Privat"},
    "email_address": "petra.privat@example.org",
    "payer_id": "PAYER1",
    "phone": {"phone_number": {"national_number": "3055501234"}},
    "address": {"address_line_1": "Geheimweg 1", "postal_code": "10115", "country_code": "DE"},
}


def refuse(issue: str, status: int = 422) -> Refusal:
    """PayPal's form of a refusal."""
    name = {400: "INVALID_REQUEST", 404: "RESOURCE_NOT_FOUND"}.get(status, "UNPROCESSABLE_ENTITY")
    details = [{"issue": issue, "description": f"Described at length: {issue}."}]
    return Refusal(status, {"name": name, "details": details, "message": "No.", "debug_id": "deb0990d"})


def now(**later: int) -> str:
    return (datetime.now(UTC) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    return secrets.token_hex(9)[:17].upper()


class Books:
    def __init__(self, address: Callable[[], str], tell: Callable[[str, Thing], Thing]) -> None:
        self.address, self.tell = address, tell
        self.orders: dict[str, Thing] = {}
        self.pages: dict[str, Thing] = {}
        self.declines: set[str] = set()
        self.capture_status = self.refund_status = "COMPLETED"

    def change(self, *, capture_status: str | None, refund_status: str | None) -> None:
        self.capture_status = capture_status or self.capture_status
        self.refund_status = refund_status or self.refund_status

    # --- Orders -----------------------------------------------------------------------------

    def open_order(self, asked: Thing, key: str) -> Thing:
        if not 0 < len(key) <= 108:
            raise refuse("PAYPAL_REQUEST_ID_REQUIRED", 400)
        unit, page = asked["purchase_units"][0], asked["payment_source"]["paypal"]["experience_context"]
        _check_amount(unit["amount"])
        if len(unit["custom_id"]) > 127 or len(unit["invoice_id"]) > 127 or "_" in page["locale"]:
            raise refuse("INVALID_PARAMETER_SYNTAX", 400)
        if not all(page[name].startswith("http") for name in ("return_url", "cancel_url")):
            raise refuse("INVALID_PARAMETER_VALUE", 400)
        name = new_id()
        self.pages[name] = page
        self.orders[name] = {
            "id": name,
            "intent": asked["intent"],
            "status": "PAYER_ACTION_REQUIRED",
            "payment_source": {"paypal": {}},
            "purchase_units": [{"reference_id": "default", **unit}],
            "create_time": now(),
            "links": [
                {"rel": "self", "href": f"{self.address()}/v2/checkout/orders/{name}", "method": "GET"},
                {
                    "rel": "payer-action",
                    "href": f"{self.address()}/checkoutnow?token={name}",
                    "method": "GET",
                },
            ],
        }
        return self.orders[name]

    def order(self, name: str) -> Thing:
        if name not in self.orders:
            raise refuse("INVALID_RESOURCE_ID", 404)
        return self.orders[name]

    def approve(self, name: str, *, declines: bool) -> Thing:
        order = self.order(name)
        order |= {"status": "APPROVED", "payer": PAYER, "links": order["links"][:1]}
        (self.declines.add if declines else self.declines.discard)(name)
        self.tell("CHECKOUT.ORDER.APPROVED", order)
        return order

    def change_unit(
        self, name: str, amount: str = "", currency: str = "", custom_id: str = "", invoice_id: str = ""
    ) -> Thing:
        unit = self.order(name)["purchase_units"][0]
        unit["amount"] |= {"value": amount} if amount else {}
        unit["amount"] |= {"currency_code": currency} if currency else {}
        unit |= {"custom_id": custom_id} if custom_id else {}
        unit |= {"invoice_id": invoice_id} if invoice_id else {}
        return unit

    def payments(self, order: str) -> dict[str, list[Thing]]:
        return self.order(order)["purchase_units"][0].setdefault("payments", {})

    def find(self, kind: str, name: str) -> tuple[str, Thing]:
        """The id of the order, and its capture, authorization or refund of that name."""
        for order in self.orders:
            for one in self.payments(order).get(kind, []):
                if one["id"] == name:
                    return order, one
        raise refuse("INVALID_RESOURCE_ID", 404)

    # --- Money ------------------------------------------------------------------------------

    def take(self, name: str, intent: str) -> Thing:
        """Capture or authorize an order that the payer agreed to."""
        order = self.order(name)
        if order["intent"] != intent:
            raise refuse("ACTION_DOES_NOT_MATCH_INTENT")
        if order["status"] == "COMPLETED":
            raise refuse("ORDER_ALREADY_CAPTURED" if intent == "CAPTURE" else "ORDER_ALREADY_AUTHORIZED")
        if order["status"] != "APPROVED":
            raise refuse("ORDER_NOT_APPROVED")
        if name in self.declines:
            raise refuse("INSTRUMENT_DECLINED")
        order["status"] = "COMPLETED"
        if intent == "CAPTURE":
            self._add_capture(name, self.capture_status)
        else:
            more = {"expiration_time": now(days=29)}
            made = self._add(name, "authorizations", "CREATED", order["purchase_units"][0]["amount"], **more)
            self.tell("PAYMENT.AUTHORIZATION.CREATED", made)
        return order

    def capture(self, name: str, asked: Thing) -> Thing:
        order, held = self.find("authorizations", name)
        if held["status"] != "CREATED":
            raise refuse(
                "AUTHORIZATION_ALREADY_CAPTURED"
                if held["status"] == "CAPTURED"
                else f"AUTHORIZATION_{held['status']}"
            )
        if asked.get("amount", held["amount"]) != held["amount"]:
            raise refuse("MAX_CAPTURE_AMOUNT_EXCEEDED")
        held["status"] = "CAPTURED"
        return self._add_capture(order, self.capture_status)

    def void(self, name: str) -> Thing:
        _, held = self.find("authorizations", name)
        if held["status"] != "CREATED":
            raise refuse("PREVIOUSLY_CAPTURED" if held["status"] == "CAPTURED" else "PREVIOUSLY_VOIDED")
        held["status"] = "VOIDED"
        self.tell("PAYMENT.AUTHORIZATION.VOIDED", held)
        return held

    def refund(self, name: str, asked: Thing) -> Thing:
        order, capture = self.find("captures", name)
        wanted = asked["amount"]
        _check_amount(wanted)
        if wanted["currency_code"] != capture["amount"]["currency_code"]:
            raise refuse("REFUND_CAPTURE_CURRENCY_MISMATCH")
        if capture["status"] == "REFUNDED":
            raise refuse("CAPTURE_FULLY_REFUNDED")
        if capture["status"] not in ("COMPLETED", "PARTIALLY_REFUNDED"):
            raise refuse("REFUND_NOT_ALLOWED")
        if Decimal(wanted["value"]) > self._left(order, capture):
            raise refuse("REFUND_AMOUNT_EXCEEDED")
        up = f"{self.address()}/v2/payments/captures/{name}"
        made = self._add(
            order, "refunds", self.refund_status, wanted, up=up, custom_id=asked.get("custom_id")
        )
        self._count_refunds(order, capture)
        if made["status"] == "COMPLETED":
            self.tell("PAYMENT.CAPTURE.REFUNDED", made)
        return made

    def decide(self, order: str, kind: str, status: str) -> Thing:
        one = self.payments(order)[kind][-1]
        one["status"] = status
        if kind == "refunds":
            self._count_refunds(order, self.payments(order)["captures"][-1])
        told = {"captures": "PAYMENT.CAPTURE", "authorizations": "PAYMENT.AUTHORIZATION"}.get(kind)
        told = f"{told}.{status}" if told else "PAYMENT.CAPTURE.REFUNDED"
        self.tell(told.replace("DECLINED", "DENIED"), one)
        return one

    def dispute(self, order: str) -> Thing:
        capture = self.payments(order)["captures"][-1]
        told = {
            "dispute_id": f"PP-D-{secrets.randbelow(10**5)}",
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": "OPEN",
            "dispute_amount": capture["amount"],
            "disputed_transactions": [
                {
                    "seller_transaction_id": capture["id"],
                    "custom": capture["custom_id"],
                    "buyer": {"name": "Petra Privat"},
                }
            ],
        }
        return self.tell("CUSTOMER.DISPUTE.CREATED", told)

    def _add_capture(self, order: str, status: str) -> Thing:
        amount = self.order(order)["purchase_units"][0]["amount"]
        made = self._add(order, "captures", status, amount, final_capture=True)
        self.tell(f"PAYMENT.CAPTURE.{status}".replace("DECLINED", "DENIED"), made)
        return made

    def _add(self, order: str, kind: str, status: str, amount: Thing, up: str = "", **more: Any) -> Thing:
        unit, name = self.order(order)["purchase_units"][0], new_id()
        links = [{"rel": "self", "href": f"{self.address()}/v2/payments/{kind}/{name}", "method": "GET"}]
        links.append(
            {"rel": "up", "href": up or f"{self.address()}/v2/checkout/orders/{order}", "method": "GET"}
        )
        names = {"custom_id": unit["custom_id"], "invoice_id": unit["invoice_id"]} if not up else {}
        made = {"id": name, "status": status, "amount": dict(amount), **names, "create_time": now()}
        made |= {"supplementary_data": {"related_ids": {"order_id": order}}} if not up else {}
        made |= {key: value for key, value in more.items() if value is not None} | {"links": links}
        self.payments(order).setdefault(kind, []).append(made)
        return made

    def _left(self, order: str, capture: Thing) -> Decimal:
        back = [one for one in self.payments(order).get("refunds", []) if one["status"] not in _NOT_SENT]
        sent = sum((Decimal(one["amount"]["value"]) for one in back), Decimal(0))
        return Decimal(capture["amount"]["value"]) - sent

    def _count_refunds(self, order: str, capture: Thing) -> None:
        left = self._left(order, capture)
        some = "PARTIALLY_REFUNDED" if left < Decimal(capture["amount"]["value"]) else "COMPLETED"
        capture["status"] = some if left else "REFUNDED"


_NOT_SENT = ("FAILED", "CANCELLED")


def _check_amount(amount: Thing) -> None:
    decimals = len(amount["value"].partition(".")[2])
    if amount["currency_code"] in _WHOLE and decimals:
        raise refuse("DECIMALS_NOT_SUPPORTED")
    if amount["currency_code"] not in ("EUR", "GBP", "USD", *_WHOLE):
        raise refuse("CURRENCY_NOT_SUPPORTED")
    if decimals > 2 or Decimal(amount["value"]) <= 0:
        raise refuse("INVALID_PARAMETER_SYNTAX", 400)
