"""Work that feedback still owes."""

from collections.abc import Callable
from datetime import datetime

from ecommerce.lib import documents_store
from reviews.services.keeping import deliver_kept
from reviews.services.ratings import recount_changed
from reviews.services.survey_emails import ask_due
from reviews.services.telling import tell_owed


def sweep(*, now: datetime) -> dict[str, int]:
    """Deliver reviews that were kept while their store was down, put ratings right, send the emails
    about answers that were lost, and ask how delivered orders were.

    While the document store is down, what needs it waits for another round.
    """
    return {
        "kept reviews delivered": deliver_kept(),
        "ratings corrected": _or_later("ratings to compare", lambda: recount_changed(now=now)),
        "answers sent": _or_later("answers to tell of", lambda: tell_owed(now=now)),
        "surveys sent": _or_later("surveys to send", lambda: ask_due(now=now)),
    }


def _or_later(what: str, work: Callable[[], int]) -> int:
    try:
        return work()
    except documents_store.ERRORS as error:
        if not documents_store.is_down(error):
            raise
        documents_store.tell(error, what)
        return 0
