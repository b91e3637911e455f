"""A fake Stripe: Checkout Sessions with a page to pay on, payment intents, refunds, signed webhooks.

Amounts in verbs are Stripe's (minor units). `session` and `payment_intent` are an id, our
reference, or "" for the newest. Verbs, each `Fake.tell("verb", …)`:

- `settings`: `webhook_url`, `secret`, `send` (False: events are held back until `send`), `refunds`
  ("pending": refunds asked for by the API take days).
- `pay`, `decline`, `expire`, `authorise` (pays a session that captures by hand), `finish` (how a
  payment that was paid with `later` ends), `capture` (by hand in the dashboard), `lapse` (an
  authorised amount nobody took).
- `refund`: by hand in the dashboard. `finish_refund`: `status`, `reason`. `dispute`, `close_dispute`.
- `send`: deliver events (again) and return the answers; see `do_send`. `signed`: the same deliveries
  for a test that posts them itself. `wait`: the answers to all that was sent by itself.
- `alter`: change a thing behind everybody's back. `forget_keys`: a day later. `books`: everything.
"""

import copy
import hashlib
import re
from collections.abc import Callable
from typing import Any

from tests.fakes import stripe_form, stripe_page
from tests.fakes.server import Answer, FakeApi, Refusal
from tests.fakes.stripe_books import Books, Thing, error
from tests.fakes.stripe_sessions import open_session
from tests.fakes.stripe_webhooks import Webhooks

API_KEY = "sk_test_of_the_shop"
SECRET = "whsec_of_the_shop"  # noqa: S105
_REFUND_FIELDS = {"payment_intent", "amount", "metadata", "reason", "expand"}


class Api(FakeApi):
    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        self.books = Books()
        self.keys: dict[str, tuple[str, int, Any]] = {}
        self.webhooks = Webhooks(SECRET)
        self.refunds = "succeeded"
        self.sent = 0

    # --- The API ------------------------------------------------------------------------------

    def handle(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Any:
        try:
            if path.startswith("/c/pay/"):
                return stripe_page.handle(self, method, path.removeprefix("/c/pay/"), body)
            return self._api(method, path, query, headers, body)
        finally:
            self._send_new()

    def _api(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Any:
        given = headers.get("authorization", "")
        if given != f"Bearer {API_KEY}":
            raise error(f"Invalid API Key provided: {given[-4:].rjust(12, '*')}", status=401)
        form = body.decode() if method == "POST" else query
        key = headers.get("idempotency-key", "") if method == "POST" else ""
        asked = hashlib.sha256(f"{path}?{form}".encode()).hexdigest()
        if key in self.keys:
            return self._replay(key, asked)
        try:
            answer = self._route(method, path, stripe_form.parse(form))
        except Refusal as refusal:
            if key and getattr(refusal, "executed", False):
                self.keys[key] = (asked, refusal.status, refusal.body)
            raise
        if key:
            self.keys[key] = (asked, 200, copy.deepcopy(answer))
        return answer

    def _replay(self, key: str, asked: str) -> Answer:
        """The answer given to this key before, whatever has happened since."""
        known, status, answer = self.keys[key]
        if known != asked:
            raise error(
                "Keys for idempotent requests can only be used with the same parameters they were first "
                f"used with. Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        headers = {"Idempotent-Replayed": "true"}
        if status != 200:
            raise Refusal(status, answer, headers)
        return Answer(answer, headers)

    def _route(self, method: str, path: str, asked: Thing) -> Any:
        expand = asked.pop("expand", [])
        if path == "/v1/refunds" and method == "GET":
            return self._list_refunds(asked)
        for verb, pattern, action in self._routes(asked):
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return stripe_form.expanded(self.books, action(*found.groups()), expand)
        raise error(f"Unrecognized request URL ({method}: {path}).", status=404)

    def _routes(self, asked: Thing) -> list[tuple[str, str, Callable[..., Thing]]]:
        sessions, intents, get = "/v1/checkout/sessions", "/v1/payment_intents", self.books.get
        expire, capture = self.books.expire, self.books.capture
        return [
            ("POST", sessions, lambda: open_session(self.books, asked, base_url=self.base_url)),
            ("GET", rf"{sessions}/(\w+)", lambda name: get("checkout.session", name)),
            (
                "POST",
                rf"{sessions}/(\w+)/expire",
                lambda name: expire(get("checkout.session", name)),
            ),
            ("GET", rf"{intents}/(\w+)", lambda name: get("payment_intent", name)),
            (
                "POST",
                rf"{intents}/(\w+)/capture",
                lambda name: capture(get("payment_intent", name)),
            ),
            ("POST", rf"{intents}/(\w+)/cancel", self._cancel),
            ("POST", "/v1/refunds", lambda: self._refund(asked)),
            ("GET", r"/v1/refunds/(\w+)", lambda name: get("refund", name)),
        ]

    def _cancel(self, name: str) -> Thing:
        intent = self.books.get("payment_intent", name)
        return self.books.cancel(intent, reason="requested_by_customer")

    def _refund(self, asked: Thing) -> Thing:
        if unknown := set(asked) - _REFUND_FIELDS:
            raise error(f"Received unknown parameter: {unknown.pop()}", code="parameter_unknown")
        intent = self.books.get("payment_intent", asked.get("payment_intent", ""))
        amount = int(asked.get("amount") or intent["amount"])
        if amount < 1:
            raise error("This value must be greater than or equal to 1.", param="amount")
        metadata = asked.get("metadata", {})
        return self.books.refund(intent, amount=amount, metadata=metadata, status=self.refunds)

    def _list_refunds(self, asked: Thing) -> Thing:
        found = self.books.all("refund", payment_intent=asked.get("payment_intent", ""))
        names = [one["id"] for one in found]
        start = names.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
        end = start + int(asked.get("limit", 10))
        page = stripe_form.listed(found[start:end], "/v1/refunds")
        return page | {"has_more": len(found) > end}

    def error_body(self, status: int) -> Any:
        kinds = {429: "invalid_request_error", 409: "invalid_request_error"}
        codes = {429: "rate_limit", 409: "idempotency_key_in_use"}
        words = {"type": kinds.get(status, "api_error"), "message": "Told to fail."}
        return {"error": words | ({"code": codes[status]} if status in codes else {})}

    # --- What people do there -----------------------------------------------------------------

    def _do(self, action: Any, *things: Any, **how: Any) -> Any:
        with self.lock:
            done = action(*things, **how)
            self._send_new()
            return self.books.shown(done) if done else {}

    def do_settings(self, **wanted: Any) -> Any:
        with self.lock:
            self.refunds = wanted.pop("refunds", self.refunds)
            self.webhooks.change(**wanted)
        return {}

    def do_pay(self, session: str = "", later: bool = False) -> Any:
        return self._do(self.books.pay, self.books.session(session), later=later)

    do_authorise = do_pay

    def do_decline(self, session: str = "") -> Any:
        return self._do(self.books.decline, self.books.session(session))

    def do_finish(self, payment_intent: str = "", good: bool = True) -> Any:
        return self._do(self.books.finish, self.books.intent(payment_intent), good=good)

    def do_expire(self, session: str = "") -> Any:
        return self._do(self.books.expire, self.books.session(session))

    def do_capture(self, payment_intent: str = "") -> Any:
        return self._do(self.books.capture, self.books.intent(payment_intent))

    def do_lapse(self, payment_intent: str = "") -> Any:
        return self._do(self.books.cancel, self.books.intent(payment_intent), reason="automatic")

    def do_refund(self, payment_intent: str = "", amount: int = 0) -> Any:
        intent = self.books.intent(payment_intent)
        return self._do(self.books.refund, intent, amount=amount or intent["amount"], metadata={})

    def do_finish_refund(self, refund: str = "", status: str = "succeeded", reason: str | None = None) -> Any:
        found = self.books.get("refund", refund or self.books.all("refund")[0]["id"])
        return self._do(self.books.finish_refund, found, status=status, reason=reason)

    def do_dispute(self, payment_intent: str = "", reason: str = "fraudulent", due: int | None = None) -> Any:
        return self._do(self.books.dispute, self.books.intent(payment_intent), reason=reason, due=due)

    def do_close_dispute(self, won: bool = True) -> Any:
        return self._do(self.books.close_dispute, self.books.all("dispute")[0], won=won)

    def do_alter(self, name: str, **fields: Any) -> Any:
        with self.lock:
            self.books.things[name] |= fields
        return {}

    def do_event(self, kind: str, thing: Thing) -> Any:
        """Stripe reports something of its own, such as a payout."""
        return self._do(self.books.tell, kind, thing)

    def do_forget_keys(self) -> Any:
        with self.lock:
            self.keys.clear()
        return {}

    def do_books(self) -> Any:
        with self.lock:
            things = [self.books.shown(one) for one in self.books.things.values()]
            return copy.deepcopy({"things": things, "events": self.books.events})

    # --- Its messages -------------------------------------------------------------------------

    def _send_new(self) -> None:
        new, self.sent = self.books.events[self.sent :], len(self.books.events)
        self.webhooks.send_later([copy.deepcopy(event) for event in new])

    def _chosen(self, ids: list[str], kinds: list[str], newest_first: bool) -> list[Thing]:
        with self.lock:
            found = copy.deepcopy(self.books.events)
        named = [one for one in found if not ids or one["id"] in ids]
        wanted = [one for one in named if not kinds or one["type"] in kinds]
        return wanted[::-1] if newest_first else wanted

    def do_send(
        self,
        ids: list[str] | None = None,
        kinds: list[str] | None = None,
        times: int = 1,
        newest_first: bool = False,
        at_once: bool = False,
        secret: str | None = None,
        timestamp: int | None = None,
    ) -> list[Thing]:
        """Deliver the chosen events (all: no `ids`, no `kinds`), `times` over, one after the other or
        all `at_once`, signed with another `secret` or `timestamp`; returns id, type, status and body of
        each answer."""
        events = self._chosen(ids or [], kinds or [], newest_first)
        return self.webhooks.send(events * times, at_once=at_once, secret=secret, timestamp=timestamp)

    def do_signed(
        self,
        ids: list[str] | None = None,
        kinds: list[str] | None = None,
        secret: str | None = None,
        timestamp: int | None = None,
    ) -> list[Thing]:
        """The chosen events as they would be delivered: id, type, body and signature of each."""
        events = self._chosen(ids or [], kinds or [], False)
        return [self.webhooks.signed(event, secret=secret, timestamp=timestamp) for event in events]

    def do_wait(self) -> list[Thing]:
        """The answers to all messages sent by themselves, once they are all there."""
        return self.webhooks.answers()
