"""Documents of the app, kept in the document store, and what waits in the relational one to become one."""

from reviews.models.kept import KeptReview, RatingsChecked
from reviews.models.review import Review, ReviewManager, ReviewQuerySet

__all__ = ["KeptReview", "RatingsChecked", "Review", "ReviewManager", "ReviewQuerySet"]
