"""Work that orders still owe."""

from datetime import datetime

from orders.services.idempotency import forget_answers
from orders.services.notifications import send_owed
from orders.services.orders import expire_unpaid


def sweep(*, now: datetime) -> dict[str, int]:
    """Cancel orders not paid in time, send emails that were lost, forget answers nobody asks again."""
    return {
        "unpaid orders cancelled": expire_unpaid(now=now),
        "emails sent": send_owed(now=now),
        "old answers forgotten": forget_answers(now=now),
    }
