"""What customers leave behind."""

from datetime import datetime

from customers.services.otp import forget_codes
from customers.services.tokens import forget_expired


def sweep(*, now: datetime) -> dict[str, int]:
    """Forget one-time codes and tokens whose time is over."""
    return {
        "one-time codes forgotten": forget_codes(now=now),
        "expired tokens removed": forget_expired(now=now),
    }
