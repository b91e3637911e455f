"""PayPal's REST API: a request goes out with a token, an answer or an error in our words comes back.

Nothing that is sent or answered is logged, only how it ended and PayPal's number for it.
"""

import logging
import re
import threading
from typing import Any

import requests
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from payments.gateways.base import GatewayError, GatewayRefused
from payments.gateways.paypal.words import words_for

log = logging.getLogger(__name__)
_TIMEOUT = (5, 25)  # seconds to connect, and to wait for an answer: captures take their time
# A token is given up this long before PayPal ends it.
_MARGIN = 60
# PayPal is at it already, under the same key: how it ends is not known yet.
_UNDECIDED = ("DUPLICATE_REQUEST_ID", "PREVIOUS_REQUEST_IN_PROGRESS")
_local = threading.local()
Body = dict[str, Any] | bytes | None


class Refusal(GatewayRefused):
    """PayPal understood and said no. `issue` is its own name for why, `http_answer` its status."""

    def __init__(self, issue: str, http_answer: int) -> None:
        super().__init__(words_for(issue))
        self.issue, self.http_answer = issue, http_answer


def get(path: str) -> dict[str, Any]:
    """Read. Raises GatewayError and Refusal."""
    return _call("GET", path)


def post(path: str, body: dict[str, Any] | bytes, *, key: str = "") -> dict[str, Any]:
    """Do a thing once for each `key` (PayPal forgets one after hours or weeks, by the call).

    `body` as bytes is JSON that is sent as it is. Raises GatewayError and Refusal.
    """
    return _call("POST", path, body, key)


def _call(method: str, path: str, body: Body = None, key: str = "") -> dict[str, Any]:
    headers = {"Prefer": "return=representation"} | ({"PayPal-Request-Id": key} if key else {})
    answer = _send(method, path, headers | {"Authorization": f"Bearer {_token()}"}, body)
    if answer.status_code == 401:  # ended before its time, or was called back
        answer = _send(method, path, headers | {"Authorization": f"Bearer {_token(renew=True)}"}, body)
    return _words_of(answer, method, path)


def _token(*, renew: bool = False) -> str:
    """The bearer token, asked for with the shop's own name and secret when none is kept."""
    account = f"{settings.PAYPAL_API} {settings.PAYPAL_CLIENT_ID} {settings.PAYPAL_CLIENT_SECRET}"
    place = f"paypal-token-{salted_hmac('payments.paypal', account, algorithm='sha256').hexdigest()[:32]}"
    if not renew and (kept := cache.get(place)):
        return kept
    if not (settings.PAYPAL_CLIENT_ID and settings.PAYPAL_CLIENT_SECRET):
        raise GatewayError("PayPal is not set up here.")
    path = "/v1/oauth2/token"
    found = _words_of(_send("POST", path, {}, b"grant_type=client_credentials", signs_in=True), "POST", path)
    token = str(found.get("access_token") or "")
    lasts = int(found.get("expires_in") or 0) - _MARGIN
    if lasts > 0:
        cache.set(place, token, lasts)
    return token


def _send(
    method: str,
    path: str,
    headers: dict[str, str],
    body: Body = None,
    *,
    signs_in: bool = False,
) -> requests.Response:
    kind = "application/x-www-form-urlencoded" if signs_in else "application/json"
    try:
        return _session().request(
            method,
            settings.PAYPAL_API.rstrip("/") + path,
            headers=headers | {"Accept": "application/json", "Content-Type": kind},
            auth=(settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET) if signs_in else None,
            data=body if isinstance(body, bytes) else None,
            json=body if isinstance(body, dict) else None,
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        log.warning("PayPal did not answer %s %s: %s", method, path, type(error).__name__)
        raise GatewayError("PayPal did not answer.") from error


def _session() -> requests.Session:
    """Connections are kept, for each thread its own."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    return _local.session


def _words_of(answer: requests.Response, method: str, path: str) -> dict[str, Any]:
    try:
        found = answer.json() if answer.content else {}
    except ValueError:
        found = None
    if answer.ok and isinstance(found, dict):
        return found
    issue, status = _issue_of(found), answer.status_code
    debug_id = found.get("debug_id", "") if isinstance(found, dict) else ""
    log.warning("PayPal answered %s %s to %s %s (debug id %s)", status, issue, method, path, _plain(debug_id))
    # A wrong name or secret is the shop's fault and can be put right, so it decides nothing.
    is_final = 400 <= status < 500 and status not in (401, 408, 409, 429) and issue not in _UNDECIDED
    if not is_final or path == "/v1/oauth2/token":
        raise GatewayError("PayPal did not answer as it should.")
    raise Refusal(issue, status)


def _issue_of(found: Any) -> str:
    """PayPal's name for what is wrong: of the first detail, or of the whole."""
    if not isinstance(found, dict):
        return ""
    details = found.get("details")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
    return _plain(first.get("issue") or found.get("name") or found.get("error"))


def _plain(name: Any) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "", str(name or ""))[:80]
