"""What customers leave behind."""

from datetime import datetime

from customers.services.open_sessions import forget_ended
from customers.services.otp import forget_codes
from customers.services.tokens import forget_expired
from customers.services.wishlists import forget_guests


def sweep(*, now: datetime) -> dict[str, int]:
    """Forget one-time codes, tokens and guests' lists whose time is over."""
    return {
        "ended sessions forgotten": forget_ended(now=now),
        "one-time codes forgotten": forget_codes(now=now),
        "expired tokens removed": forget_expired(now=now),
        "old guests' wishlists removed": forget_guests(now=now),
    }
