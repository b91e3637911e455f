"""Work that feedback still owes."""

from datetime import datetime

from ecommerce.lib import documents_store
from reviews.services.keeping import deliver_kept
from reviews.services.ratings import recount_changed


def sweep(*, now: datetime) -> dict[str, int]:
    """Deliver reviews that were kept while their store was down, and put ratings right."""
    return {"kept reviews delivered": deliver_kept(), "ratings corrected": _put_ratings_right(now)}


def _put_ratings_right(now: datetime) -> int:
    try:
        return recount_changed(now=now)
    except documents_store.ERRORS as error:
        if not documents_store.is_down(error):
            raise
        documents_store.tell(error, "ratings to compare")
        return 0
