"""One try: the claim, the request, and what it says in the log.

The endpoint is asked outside of any transaction. What is logged is ours or the endpoint's own answer:
never an address, a header or a secret.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
import urllib3
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from requests_hardened.ip_filter import InvalidIPAddress

from ecommerce.lib.outbound import words_for
from webhooks.models import Delivery, Endpoint
from webhooks.services.addresses import PRIVATE, session
from webhooks.services.outcomes import Outcome, book
from webhooks.services.signing import SecretLost, headers_for

log = logging.getLogger(__name__)

# Longer than any request may take: a claim this old belonged to a process that died.
LEASE = timedelta(minutes=2)
MOST_READ = 64 * 1024
_LONGEST_ANSWER = 20.0  # seconds, however slowly it drips
# The rest of what is due waits for the next round: slow endpoints must not keep the sweep.
_LONGEST_ROUND = 60.0
_SHARE = 200
_KEPT = 500


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to send a delivery once; `until` is what tells it from a later claim."""

    pk: int
    until: datetime


def send_event(event_id: int) -> int:
    """Send an event to the endpoints that work; returns how many took it.

    One that is failing already is left to the sweep: others need not wait for it.
    """
    owed = Delivery.objects.filter(event=event_id, state=Delivery.State.PENDING, endpoint__failing_since=None)
    return sum(send(pk) is True for pk in list(owed.order_by("pk").values_list("pk", flat=True)))


def send_due(*, now: datetime) -> int:
    """Try what is due, endpoints that work first; returns how many were delivered.

    Each endpoint has its own share of a round, which ends with its first failure: a long queue for one
    that is dead keeps no other waiting.
    """
    owing = Endpoint.objects.taking().filter(pk__in=_due(now).values("endpoint"))
    endpoints = list(owing.order_by(F("failing_since").asc(nulls_first=True), "pk"))
    end = time.monotonic() + _LONGEST_ROUND
    return sum(_send_share(endpoint, now, end) for endpoint in endpoints)


def _send_share(endpoint: Endpoint, now: datetime, end: float) -> int:
    delivered = 0
    due = _due(now).filter(endpoint=endpoint).order_by("next_try_at", "pk")
    for pk in list(due.values_list("pk", flat=True)[:_SHARE]):
        if time.monotonic() > end:
            break
        done = send(pk)
        if done is False:
            break
        delivered += done is True
    return delivered


def send(pk: int) -> bool | None:
    """Try one delivery: True when the endpoint took it, False when not, None when it was not to be sent
    now or somebody else is sending it."""
    delivery = Delivery.objects.select_related("event", "endpoint").filter(pk=pk).first()
    if delivery is None or not delivery.endpoint.is_active:
        return None
    claim = _claim(pk, now=timezone.now())
    if claim is None:
        return None
    delivery.refresh_from_db(from_queryset=Delivery.objects.select_related("event", "endpoint"))
    outcome = _ask(delivery)
    return book(delivery=delivery, until=claim.until, outcome=outcome)


def _due(now: datetime) -> QuerySet[Delivery]:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return Delivery.objects.filter(free, state__in=Delivery.OWED, next_try_at__lte=now)


def _claim(pk: int, *, now: datetime) -> Claim | None:
    """The condition is part of the UPDATE: of several workers one gets it."""
    until = now + LEASE
    if not _due(now).filter(pk=pk).update(claimed_until=until, attempts=F("attempts") + 1):
        return None
    return Claim(pk=pk, until=until)


def _ask(delivery: Delivery) -> Outcome:
    """Send the message and read the answer, or say in words why there is none."""
    body, began = delivery.event.payload.encode(), time.monotonic()
    try:
        headers = headers_for(
            delivery.endpoint, event_id=delivery.event.public_id, body=body, now=timezone.now()
        )
        headers |= {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        with (
            session() as http,
            http.post(delivery.endpoint.url, data=body, headers=headers, stream=True) as response,
        ):
            text = _read(response, began)
            found = Outcome(
                status=response.status_code, words=text, retry_after=response.headers.get("Retry-After", "")
            )
    except SecretLost as error:
        found = Outcome(words=str(error))
    except (requests.RequestException, OSError, ValueError) as error:
        found = Outcome(words=_why(error))
    found.duration_ms = max(int((time.monotonic() - began) * 1000), 0)
    return found


def _read(response: requests.Response, began: float) -> str:
    """The first characters of the answer. An endless or dripping one is cut off."""
    if response.is_redirect:
        return "It answered with a redirect. Enter the address it leads to: webhooks follow none."
    content = b""
    try:
        # Neither unpacked, which could make a little much, nor waited for longer than it takes.
        while piece := response.raw.read1(4096, decode_content=False):
            content += piece
            if len(content) >= MOST_READ or time.monotonic() - began > _LONGEST_ANSWER:
                break
    except (urllib3.exceptions.HTTPError, OSError):
        pass  # the status is the answer
    text = content.decode(errors="replace").replace("\x00", "")
    return text.strip()[:_KEPT]


def _why(error: Exception) -> str:
    """A sentence instead of an exception, which may hold the address."""
    return PRIVATE if isinstance(error, InvalidIPAddress) else words_for(error)
