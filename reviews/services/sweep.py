"""Work that feedback still owes."""

from datetime import datetime

from reviews.services.telling import tell_owed


def sweep(*, now: datetime) -> dict[str, int]:
    """Send the emails about answers that were lost."""
    return {"answers sent": tell_owed(now=now)}
