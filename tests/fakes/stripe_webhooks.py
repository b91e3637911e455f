"""Stripe's messages: signed, sent from threads of their own, and the answers they got."""

import hashlib
import hmac
import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import requests

Thing = dict[str, Any]


class Webhooks:
    """Where messages go, and with whose secret. Without an address they wait to be asked for."""

    def __init__(self, secret: str) -> None:
        self.url, self.secret, self.is_sending = "", secret, True
        self._pool = ThreadPoolExecutor(32)
        self._sent: list[Future[Thing]] = []

    def change(
        self, *, webhook_url: str | None = None, secret: str | None = None, send: bool | None = None
    ) -> None:
        self.url = self.url if webhook_url is None else webhook_url
        self.secret = self.secret if secret is None else secret
        self.is_sending = self.is_sending if send is None else send

    def signed(self, event: Thing, *, secret: str | None = None, timestamp: int | None = None) -> Thing:
        body = json.dumps(event, indent=2)
        moment = int(time.time()) if timestamp is None else timestamp
        key = self.secret if secret is None else secret
        digest = hmac.new(key.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
        signature = f"t={moment},v1={digest}"
        return {"id": event["id"], "type": event["type"], "body": body, "signature": signature}

    def send_later(self, events: list[Thing]) -> None:
        """Send new events in the background, as Stripe does."""
        if self.url and self.is_sending:
            self._sent += [self._pool.submit(self._post, self.signed(event)) for event in events]

    def send(
        self, events: list[Thing], *, at_once: bool, secret: str | None, timestamp: int | None
    ) -> list[Thing]:
        """Send events now and return the answers."""
        messages = [self.signed(event, secret=secret, timestamp=timestamp) for event in events]
        if at_once:
            return list(self._pool.map(self._post, messages))
        return [self._post(message) for message in messages]

    def answers(self) -> list[Thing]:
        return [sent.result(timeout=60) for sent in self._sent]

    def _post(self, message: Thing) -> Thing:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": message["signature"],
        }
        told: Thing = {"id": message["id"], "type": message["type"]}
        try:
            answer = requests.post(self.url, data=message["body"].encode(), headers=headers, timeout=60)
        except requests.RequestException as error:
            return told | {"status": 0, "body": type(error).__name__}
        return told | {"status": answer.status_code, "body": answer.text}
