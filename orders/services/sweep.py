"""Work that orders still owe."""

from datetime import datetime

from orders.services.notifications import send_owed
from orders.services.orders import expire_unpaid


def sweep(*, now: datetime) -> dict[str, int]:
    """Cancel orders that were not paid in time and send emails that were lost."""
    return {"unpaid orders cancelled": expire_unpaid(now=now), "emails sent": send_owed(now=now)}
