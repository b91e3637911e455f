"""How often one caller of the API may ask, by class of route.

A view says its class with `route_class`; without one it is "browse", and "manage" where it
writes. `settings.API_RATES` has the limits, docs/api.md says them in words.
"""

import math
import re
from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ecommerce.lib.ratelimit import client_address, count_try

# Guessing a secret is counted by address, signed in or not; it is refused while nobody can count.
_GUESSABLE = ("sign-in", "codes")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RouteThrottle(BaseThrottle):
    """Counts requests of an account, or of an address without one. Raises TooMany above the limit."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """True below the limit. `route_class = None` is for routes that nobody may be kept from."""
        kind = getattr(view, "route_class", "browse")
        if kind is None:
            return True
        if kind == "browse" and request.method not in SAFE_METHODS:
            kind = "manage"
        limit, seconds = parse_rate(settings.API_RATES[kind])
        guessable = kind in _GUESSABLE
        signed_in = request.user.is_authenticated and not guessable
        who = f"user:{request.user.pk}" if signed_in else client_address(request)
        count_try(f"api-{kind}", who, limit=limit, seconds=seconds, fail_open=not guessable)
        return True


def parse_rate(text: str) -> tuple[int, int]:
    """ "20/min" or "5/10min" as (tries, seconds). Raises ValueError for anything else."""
    found = re.fullmatch(r"([0-9]+)/([0-9]*)(sec|s|min|m|hour|h|day|d)", text)
    if not found:
        raise ValueError(f"{text!r} is no rate: write 20/min, 5/10min or 100/hour.")
    tries, number, unit = found.groups()
    return int(tries), math.prod([int(number or 1), _UNITS[unit[0]]])
