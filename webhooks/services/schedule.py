"""When a delivery that failed is tried again."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# After the first failure, after the second, …: ten tries in a little more than three days.
DELAYS = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
MOST_ASKED_FOR = timedelta(days=1)
_JITTER = 0.1


def next_try(attempts: int, *, now: datetime, retry_after: str = "") -> datetime | None:
    """When to try again after so many tries; None: never.

    Up to a tenth later than planned, so that deliveries which failed together do not come
    back together. An endpoint may ask for more time (`Retry-After`), up to a day.
    """
    if attempts > len(DELAYS):
        return None
    planned = timedelta(seconds=DELAYS[attempts - 1] * random.uniform(1, 1 + _JITTER))
    return now + max(planned, _asked_for(retry_after, now))


def _asked_for(header: str, now: datetime) -> timedelta:
    """What `Retry-After` says, as seconds or as a date; nothing when it says nonsense."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), MOST_ASKED_FOR)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(min(until - now, MOST_ASKED_FOR), timedelta(0))
