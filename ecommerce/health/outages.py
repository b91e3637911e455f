"""Which services are down, and since when: a small file for each in a folder all processes share.

Asking costs one look into a folder, which is empty as long as all is well: no query, no network.
Where the folder cannot be used nothing is remembered, and nothing else suffers from it.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from ecommerce.health.services import SERVICES, Service


@dataclass(frozen=True, kw_only=True)
class Outage:
    service: Service
    since: datetime


def begin(name: str) -> bool:
    """Note that the service is down; returns whether that is news."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with (_folder() / name).open("x") as file:
            file.write(timezone.now().isoformat())
    except OSError:
        return False
    return True


def end(name: str) -> bool:
    """Note that the service answers; returns whether that is news."""
    try:
        (_folder() / name).unlink()
    except OSError:
        return False
    return True


def current() -> list[Outage]:
    """The services that are down as far as this machine knows, in the order they are listed."""
    try:
        found = set(os.listdir(_folder()))
    except OSError:
        return []
    down = [
        Outage(service=service, since=since)
        for name, service in SERVICES.items()
        if name in found and service.configured() and (since := _since(name))
    ]
    return down


def forget_all() -> None:
    """Begin anew: what was noted by a server that is gone says nothing about now."""
    for name in SERVICES:
        end(name)


def _since(name: str) -> datetime | None:
    try:
        return datetime.fromisoformat((_folder() / name).read_text())
    except (OSError, ValueError):  # just ended, or just being written
        return None


def _folder() -> Path:
    return Path(settings.OUTAGES_ROOT)
