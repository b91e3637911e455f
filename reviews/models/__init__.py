"""Documents of the app, kept in the document store, and what waits in the relational one to become one."""

from reviews.models.kept import KeptReview, RatingsChecked
from reviews.models.question import SHOP, Answer, Question, QuestionEvent
from reviews.models.review import Review, ReviewManager, ReviewQuerySet
from reviews.models.survey import Survey

__all__ = [
    "SHOP",
    "Answer",
    "KeptReview",
    "Question",
    "QuestionEvent",
    "RatingsChecked",
    "Review",
    "ReviewManager",
    "ReviewQuerySet",
    "Survey",
]
