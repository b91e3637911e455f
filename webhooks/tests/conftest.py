"""A receiver, and an endpoint that leads to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from webhooks.event_types import EventType
from webhooks.models import Endpoint
from webhooks.services.subscribing import subscribe
from webhooks.tests.receiver import Receiver


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """On loopback, which a shop sends to only when its settings say so."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    running = Receiver()
    yield running
    running.stop()


@pytest.fixture
def subscribed(receiver: Receiver) -> Callable[..., Endpoint]:
    """`subscribed("order.placed")`: an endpoint at the receiver, of every event when none is named."""

    def make(*events: str, path: str = "", **more: Any) -> Endpoint:
        endpoint, secret = subscribe(url=receiver.url + path, events=events or EventType.values, **more)
        receiver.secrets.append(secret)
        return endpoint

    return make
