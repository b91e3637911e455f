"""PayPal: the shopper agrees on PayPal's pages, and then the shop takes the money (Orders v2).

Agreeing moves nothing. Only the shop takes money, by `confirm` and `capture`, so an order there
that the shop does not take any more is as good as ended. What PayPal has is always read from its
order; a message or an answer by itself decides nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.conf import settings

from catalog.models import StoreSettings
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
from payments.gateways.paypal import client
from payments.gateways.paypal.amounts import money
from payments.gateways.paypal.books import (
    authorization_of,
    has_money,
    invoice_id,
    is_agreed,
    read,
    refund_name,
    refund_state,
)
from payments.gateways.paypal.events import verified
from payments.gateways.paypal.words import words_for

Thing = dict[str, Any]
_ORDERS = "/v2/checkout/orders"
_PAYMENTS = "/v2/payments"
# The shopper has to do something first, or somebody was faster: the order itself says how it stands.
_NOT_YET = {
    "ORDER_NOT_APPROVED",
    "PAYER_ACTION_REQUIRED",
    "ORDER_ALREADY_CAPTURED",
    "ORDER_ALREADY_AUTHORIZED",
    "AUTHORIZATION_ALREADY_CAPTURED",
}


class PayPalGateway:
    code = "paypal"
    label = "PayPal"
    help_text = "Takes you to PayPal, where you agree to the payment."
    pace: Pace = "online"
    is_online = True

    def is_configured(self) -> bool:
        return bool(settings.PAYPAL_CLIENT_ID and settings.PAYPAL_CLIENT_SECRET)

    def start(self, ask: Ask) -> Started:
        order = _order(ask.external_id)
        if order is None:
            # PayPal ends an order nobody agreed to after some hours, and may still remember its key.
            key = f"{ask.reference}-{ask.external_id}" if ask.external_id else ask.reference
            order = client.post(_ORDERS, _asked(ask), key=key)
        order_id = str(order["id"])
        if is_agreed(order) or has_money(order):
            return Started(redirect_url=ask.return_url, external_id=order_id)
        return Started(redirect_url=_page(order), external_id=order_id)

    def confirm(self, charge: Charge) -> Fetched:
        """A decline ends the payment: the next try is another order at PayPal with keys of its own,
        because one key always gets the same answer, and the sweep must not charge a declined card
        again every minute."""
        order = _order(charge.external_id)
        if order is None or not is_agreed(order):
            return _told(order, charge)
        verb = "authorize" if order.get("intent") == "AUTHORIZE" else "capture"
        try:
            path = f"{_ORDERS}/{quote(charge.external_id, safe='')}/{verb}"
            return read(client.post(path, {}, key=f"{charge.reference}-{verb}"), charge)
        except client.Refusal as refusal:
            found = self.fetch(charge)
            if found.status != "pending" or refusal.issue in _NOT_YET:
                return found
            return Fetched(status="failed", reason=refusal.message, external_id=charge.external_id)

    def fetch(self, charge: Charge) -> Fetched:
        return _told(_order(charge.external_id), charge)

    def capture(self, charge: Charge, *, key: str) -> Fetched:
        order = _order(charge.external_id)
        ready = authorization_of(order) if order else ""
        if ready:
            body = {"amount": money(charge.amount, charge.currency), "final_capture": True}
            try:
                client.post(f"{_PAYMENTS}/authorizations/{ready}/capture", body, key=key)
            except client.Refusal as refusal:
                if (found := self.fetch(charge)).status == "captured":
                    return found
                raise GatewayRefused(refusal.message) from refusal
        found = self.fetch(charge)
        if found.status in ("failed", "cancelled"):
            raise GatewayRefused(found.reason or words_for(""))
        return found

    def cancel(self, charge: Charge, *, key: str) -> Fetched:
        """Nobody can end an order at PayPal. One without money is ended by not taking it."""
        order = _order(charge.external_id)
        if order is None:
            return Fetched(status="unknown" if charge.charge_id else "cancelled")
        if ready := authorization_of(order):
            try:
                client.post(f"{_PAYMENTS}/authorizations/{ready}/void", {}, key=key)
            except client.Refusal as refusal:
                if (found := self.fetch(charge)).status == "authorised":
                    raise GatewayRefused(refusal.message) from refusal
                return found
            return self.fetch(charge)
        found = read(order, charge)
        is_over = found.status == "pending" and not has_money(order)
        return Fetched(status="cancelled", external_id=charge.external_id) if is_over else found

    def refund(self, charge: Charge, *, amount: Decimal, key: str, external_id: str = "") -> Refunded:
        if external_id:
            refund = client.get(f"{_PAYMENTS}/refunds/{quote(external_id, safe='')}")
        else:
            capture = charge.charge_id or self.fetch(charge).charge_id
            if not capture:
                raise GatewayRefused(words_for("RESOURCE_NOT_FOUND"))
            body = {"amount": money(amount, charge.currency), "custom_id": refund_name(key)}
            refund = client.post(f"{_PAYMENTS}/captures/{quote(capture, safe='')}/refund", body, key=key)
        status = refund_state(refund)
        reason = "PayPal could not send the money back." if status == "failed" else ""
        return Refunded(status=status, external_id=str(refund.get("id", "")), reason=reason)

    def parse_event(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        return verified(headers=headers, body=body)


GATEWAYS = [PayPalGateway()]


def _order(order_id: str) -> Thing | None:
    """The order at PayPal; None when it was never opened or is not there any more."""
    if not order_id:
        return None
    try:
        return client.get(f"{_ORDERS}/{quote(order_id, safe='')}")
    except client.Refusal as refusal:
        if refusal.http_answer == 404:
            return None
        raise client.GatewayError("PayPal does not show this payment now.") from refusal


def _told(order: Thing | None, charge: Charge) -> Fetched:
    return Fetched(status="unknown") if order is None else read(order, charge)


def _page(order: Thing) -> str:
    """Where the shopper agrees. An order that was declined or left has no link any more, but a page."""
    links = {link.get("rel"): str(link.get("href", "")) for link in order.get("links") or []}
    own = f"{settings.PAYPAL_PAGES.rstrip('/')}/checkoutnow?token={quote(str(order['id']), safe='')}"
    return links.get("payer-action") or links.get("approve") or own


def _asked(ask: Ask) -> Thing:
    """The order as PayPal is asked to open it. It learns the amount and our names, not who buys what."""
    page: Thing = {
        "return_url": ask.return_url,
        "cancel_url": ask.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        # Nothing that clears in days: the goods are not kept that long.
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
        "brand_name": StoreSettings.current().name[:127],
        "locale": settings.SHOP_LOCALE.replace("_", "-"),
    }
    return {
        "intent": "AUTHORIZE" if settings.PAYPAL_CAPTURE == "manual" else "CAPTURE",
        "purchase_units": [
            {
                "custom_id": ask.reference,
                "invoice_id": invoice_id(ask),
                "description": f"Order {ask.order_number}",
                "amount": money(ask.amount, ask.currency),
            }
        ],
        "payment_source": {"paypal": {"experience_context": page}},
    }
