"""Documents of the app, kept in the document store."""

from reviews.models.question import SHOP, Answer, Question, QuestionEvent
from reviews.models.review import Review, ReviewManager, ReviewQuerySet
from reviews.models.survey import Survey

__all__ = [
    "SHOP",
    "Answer",
    "Question",
    "QuestionEvent",
    "Review",
    "ReviewManager",
    "ReviewQuerySet",
    "Survey",
]
