"""PayPal as a shop sees it: Orders v2, Payments v2, tokens, webhooks and the page where one agrees.

As at PayPal, a POST with a `PayPal-Request-Id` that was used before gets the answer it got then, a
refusal too, whatever it asks now: parameters are not compared, and neither is the path. New things
are answered with 200 (PayPal: 201). What a person does at PayPal are the verbs at the end.
"""

import base64
import json
import secrets
from html import escape
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.paypal_books import Books, Thing, refuse
from tests.fakes.paypal_webhooks import Webhooks
from tests.fakes.server import FakeApi, Page, Redirect, Refusal

CLIENT = ("shop-client", "shop-client-secret")


class Api(FakeApi):
    def __init__(self) -> None:
        super().__init__()
        self.webhooks = Webhooks(lambda: self.base_url)
        self.reset()

    def reset(self) -> None:
        self.webhooks.reset()
        self.books = Books(lambda: self.base_url, self.webhooks.tell)
        self.answers: dict[str, Any] = {}
        self.tokens: set[str] = set()
        self.expires_in = 32400

    def error_body(self, status: int) -> Thing:
        return {"name": "INTERNAL_SERVER_ERROR", "details": [], "debug_id": "f00d"}

    # --- What programs ask ------------------------------------------------------------------

    def handle(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Any:
        if path == "/checkoutnow":
            return self._page(method, parse_qs(query)["token"][0], parse_qs(body.decode()))
        if path == "/v1/oauth2/token":
            return self._token(headers, body)
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refusal(
                401, {"error": "invalid_token", "error_description": "Token signature verification"}
            )
        if path == "/v1/notifications/verify-webhook-signature":
            return {"verification_status": "SUCCESS" if self.webhooks.is_ours(body) else "FAILURE"}
        key = headers.get("paypal-request-id", "") if method == "POST" else ""
        if key not in self.answers:
            answer = self._answer_of(method, path, key, body)
            if not key:
                return self._given(answer)
            self.answers[key] = answer
        return self._given(self.answers[key])

    def _answer_of(self, method: str, path: str, key: str, body: bytes) -> Any:
        asked = json.loads(body or b"{}")
        try:
            # A copy: what is said again later is what was said then.
            return json.loads(json.dumps(self._do(method, path.strip("/").split("/")[1:], key, asked)))
        except Refusal as refusal:
            return refusal

    def _given(self, answer: Any) -> Any:
        if isinstance(answer, Refusal):
            raise Refusal(answer.status, answer.body)
        return answer

    def _do(self, method: str, parts: list[str], key: str, asked: Thing) -> Thing:
        books = self.books
        match (method, *parts):
            case ("POST", "checkout", "orders"):
                return books.open_order(asked, key)
            case ("GET", "checkout", "orders", order):
                return books.order(order)
            case ("POST", "checkout", "orders", order, "capture"):
                return books.take(order, "CAPTURE")
            case ("POST", "checkout", "orders", order, "authorize"):
                return books.take(order, "AUTHORIZE")
            case ("POST", "payments", "authorizations", name, "capture"):
                return books.capture(name, asked)
            case ("POST", "payments", "authorizations", name, "void"):
                return books.void(name)
            case ("POST", "payments", "captures", name, "refund"):
                return books.refund(name, asked)
            case ("GET", "payments", "refunds", name):
                return books.find("refunds", name)[1]
        raise refuse("RESOURCE_NOT_FOUND", 404)

    def _token(self, headers: dict[str, str], body: bytes) -> Thing:
        given = base64.b64decode(headers.get("authorization", "").removeprefix("Basic "))
        if given.decode() != ":".join(CLIENT) or body != b"grant_type=client_credentials":
            raise Refusal(
                401, {"error": "invalid_client", "error_description": "Client Authentication failed"}
            )
        token = f"A21AA{secrets.token_urlsafe(30)}"
        self.tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}

    def _page(self, method: str, name: str, form: dict[str, list[str]]) -> Any:
        order = self.books.order(name)
        page, choice = self.books.pages[name], form.get("choice", [""])[0]
        if method == "POST" and choice == "cancel":
            return Redirect(f"{page['cancel_url']}?token={name}")
        if method == "POST":
            self.books.approve(name, declines=choice == "decline")
            return Redirect(f"{page['return_url']}?token={name}&PayerID=PAYER1")
        amount = order["purchase_units"][0]["amount"]
        buttons = "".join(
            f'<p><button name="choice" value="{value}">{words}</button></p>'
            for value, words in (
                ("approve", "Agree and pay"),
                ("decline", "Agree, with a card that will be declined"),
                ("cancel", "Cancel and go back"),
            )
        )
        title = f"PayPal: pay {amount['value']} {amount['currency_code']}"
        return Page(
            f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1>'
            f"<p>{escape(page.get('brand_name', ''))}</p><form method=post>{buttons}</form></html>"
        )

    # --- What people do at PayPal -----------------------------------------------------------

    def do_settings(self, expires_in: int | None = None, **more: Any) -> Thing:
        """`expires_in` of new tokens; `capture_status`, `refund_status` of what is taken and sent
        back; where messages go (`webhook_url`) and whether they are sent (`send`)."""
        with self.lock:
            self.expires_in = self.expires_in if expires_in is None else expires_in
            self.books.change(
                capture_status=more.pop("capture_status", None), refund_status=more.pop("refund_status", None)
            )
            self.webhooks.change(**more)
        return {}

    def do_end_tokens(self) -> Thing:
        """Every token ends, before its time."""
        with self.lock:
            self.tokens.clear()
        return {}

    def do_order(self, order: str) -> Thing:
        with self.lock:
            return self.books.order(order)

    def do_orders(self) -> list[Thing]:
        with self.lock:
            return list(self.books.orders.values())

    def do_approve(self, order: str, declines: bool = False) -> Thing:
        """The shopper agrees; with `declines` the card is declined when it is charged."""
        with self.lock:
            return self.books.approve(order, declines=declines)

    def do_change(self, order: str, **wanted: Any) -> Thing:
        """PayPal has another `amount`, `currency`, `custom_id` or `invoice_id` than was asked for."""
        with self.lock:
            return self.books.change_unit(order, **wanted)

    def do_forget(self, order: str) -> Thing:
        """Nobody agreed to it in time: PayPal does not know it any more."""
        with self.lock:
            return self.books.orders.pop(order)

    def do_decide(self, order: str, kind: str, status: str) -> Thing:
        """PayPal decides about the last of an order's captures, authorizations or refunds."""
        with self.lock:
            return self.books.decide(order, kind, status)

    def do_refund(self, order: str, amount: str) -> Thing:
        """Somebody of the shop sends money back on PayPal's own pages."""
        with self.lock:
            capture = self.books.payments(order)["captures"][-1]
            currency = capture["amount"]["currency_code"]
            return self.books.refund(capture["id"], {"amount": {"value": amount, "currency_code": currency}})

    def do_take_order(self, order: str) -> Thing:
        """An order that was agreed to is captured, and the shop has not heard of it."""
        with self.lock:
            return self.books.take(order, "CAPTURE")

    def do_take_by_hand(self, authorization: str) -> Thing:
        """Somebody of the shop takes money that was kept ready on PayPal's own pages."""
        with self.lock:
            return self.books.capture(authorization, {})

    def do_dispute(self, order: str) -> Thing:
        with self.lock:
            return self.books.dispute(order)

    def do_tell(self, kind: str, resource: Thing) -> Thing:
        """A message of any kind."""
        return self.webhooks.tell(kind, resource)

    def do_events(self) -> list[Thing]:
        """Every message so far, sent or not."""
        return self.webhooks.events

    def do_send(self, **wanted: Any) -> list[Thing]:
        """Send messages now, again or in another order; the answers. See `Webhooks.send`."""
        return self.webhooks.send(**wanted)

    def do_answers(self) -> list[Thing]:
        """What the shop answered to the messages that were sent by themselves."""
        return self.webhooks.answers()
