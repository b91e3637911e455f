"""Work that feedback still owes."""

from datetime import datetime

from reviews.services.survey_emails import ask_due
from reviews.services.telling import tell_owed


def sweep(*, now: datetime) -> dict[str, int]:
    """Send the emails about answers that were lost, and ask how delivered orders were."""
    return {"answers sent": tell_owed(now=now), "surveys sent": ask_due(now=now)}
