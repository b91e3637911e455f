"""PayPal's messages: signed, sent from threads of their own, and the answers they got."""

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import requests

Thing = dict[str, Any]
WEBHOOK_ID = "5GP028458E2496506"
_SECRET = b"known to nobody but PayPal"


class Webhooks:
    """Messages wait here until they are asked for, or go out by themselves (`send`) to `url`."""

    def __init__(self, address: Callable[[], str]) -> None:
        self.address, self._pool = address, ThreadPoolExecutor(16)
        self.reset()

    def reset(self) -> None:
        self.url, self.is_sending = "", False
        self.events: list[Thing] = []
        self._sent: list[Future[Thing]] = []

    def change(self, *, webhook_url: str | None = None, send: bool | None = None) -> None:
        """With an address, messages go out by themselves unless `send` says otherwise."""
        self.url = self.url if webhook_url is None else webhook_url
        self.is_sending = (self.is_sending or webhook_url is not None) if send is None else send

    def tell(self, kind: str, resource: Thing) -> Thing:
        """Something happened."""
        event = {
            "id": f"WH-{secrets.token_hex(8).upper()}",
            "event_version": "1.0",
            "create_time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "resource_type": kind.split(".")[1].lower(),
            "event_type": kind,
            "summary": f"{kind} happened",
            # A copy: a message says how things were when it was written.
            "resource": json.loads(json.dumps(resource)),
        }
        self.events.append(event)
        if self.url and self.is_sending:
            self._sent.append(self._pool.submit(self._post, event))
        return event

    def send(
        self,
        ids: list[str] | None = None,
        kind: str = "",
        times: int = 1,
        at_once: bool = False,
        backwards: bool = False,
        wrong: str = "",
    ) -> list[Thing]:
        """Send messages (all, or by `ids` or `kind`) and return the answers.

        `wrong`: "signature", "webhook" (signed for another one), "body" (changed on the way) or
        "headers" (none of PayPal's).
        """
        chosen = [one for one in self.events if (not ids or one["id"] in ids) and kind in one["event_type"]]
        chosen = (chosen[::-1] if backwards else chosen) * times
        if at_once:
            return list(self._pool.map(self._post, chosen))
        return [self._post(one, wrong) for one in chosen]

    def answers(self) -> list[Thing]:
        return [sent.result(timeout=60) for sent in self._sent]

    def _post(self, event: Thing, wrong: str = "") -> Thing:
        # Unlike what Python would write again: a wide form, and letters as they are.
        body = json.dumps(event, indent=1, ensure_ascii=False, separators=(" , ", " : ")).encode()
        headers = self._headers(body, "ANOTHER" if wrong == "webhook" else WEBHOOK_ID)
        if wrong == "signature":
            headers["Paypal-Transmission-Sig"] = headers["Paypal-Transmission-Sig"][::-1]
        if wrong == "body":
            body = body.replace(b"happened", b"occurred")
        told = {"id": event["id"], "event_type": event["event_type"]}
        try:
            sent = {} if wrong == "headers" else headers
            answer = requests.post(
                self.url, data=body, headers=sent | {"Content-Type": "application/json"}, timeout=60
            )
        except requests.RequestException as error:
            return told | {"status": 0, "body": str(error)}
        return told | {"status": answer.status_code, "body": answer.text}

    def _headers(self, body: bytes, webhook_id: str) -> dict[str, str]:
        number, moment = secrets.token_hex(8), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "Paypal-Auth-Algo": "SHA256withRSA",
            "Paypal-Cert-Url": f"{self.address()}/v1/notifications/certs/CERT-1",
            "Paypal-Transmission-Id": number,
            "Paypal-Transmission-Time": moment,
            "Paypal-Transmission-Sig": _signature(number, moment, webhook_id, body),
        }

    def is_ours(self, question: bytes) -> bool:
        """`verify-webhook-signature`: over the bytes of the message as they stand in the question."""
        asked, (_, _, rest) = json.loads(question), question.partition(b'"webhook_event"')
        event = rest.strip()[1:].strip()[:-1].strip()
        names = (asked["transmission_id"], asked["transmission_time"], asked["webhook_id"])
        return (
            asked["webhook_id"] == WEBHOOK_ID
            and asked["auth_algo"] == "SHA256withRSA"
            and asked["cert_url"].startswith(f"{self.address()}/")
            and hmac.compare_digest(asked["transmission_sig"], _signature(*names, event))
        )


def _signature(number: str, moment: str, webhook_id: str, body: bytes) -> str:
    """Over what PayPal signs; with a secret where PayPal has a key pair."""
    words = f"{number}|{moment}|{webhook_id}|{zlib.crc32(body)}"
    return hmac.new(_SECRET, words.encode(), hashlib.sha256).hexdigest()
