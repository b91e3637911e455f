"""Feedback: handed out with its photos; what was published is kept as that of “A customer”."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ecommerce.lib.personal_data import Person, erased_email
from ecommerce.lib.transactions import retrying_atomic
from reviews.models import Answer, KeptReview, Question, QuestionEvent, Review, Survey
from reviews.services import photos

COVERS = frozenset(
    {"reviews.Answer", "reviews.KeptReview", "reviews.Question", "reviews.Review", "reviews.Survey"}
)
_REVIEW = (
    "product_title", "review", "rating", "tags", "status", "customer_name", "customer_email",
    "order_number", "review_date", "answer", "answered_at", "file_path",
)  # fmt: skip
_QUESTION = (
    "product_title", "question", "status", "customer_name", "customer_email", "asked_at", "answered_at"
)  # fmt: skip
_ANSWER = (
    "product_title", "answer", "status", "customer_name", "customer_email", "order_number", "answered_at"
)  # fmt: skip
_SURVEY = (
    "order_number", "customer_email", "sent_at", "overall", "recommend", "delivery", "comment",
    "answered_at", "changed_at", "stopped_at",
)  # fmt: skip


_KEPT = (
    "product_title", "review", "rating", "tags", "customer_name", "customer_email", "order_number",
    "review_date", "file_path",
)  # fmt: skip


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    return {
        "reviews": _rows(_of(Review, person), _REVIEW),
        "reviews_to_appear": _rows(_kept(person), _KEPT),
        "product_questions": _rows(_of(Question, person), _QUESTION),
        "product_answers": _rows(_of(Answer, person, name="author_id"), _ANSWER),
        "surveys": _rows(_surveys(person), _SURVEY),
    }


def files(person: Person) -> Iterator[tuple[str, str]]:
    """(name in the archive, path in private storage) of the photos."""
    for path in (
        *_of(Review, person).exclude(file_path=None).values_list("file_path", flat=True),
        *_kept(person).values_list("file_path", flat=True),
    ):
        if path:
            yield f"photos/{path.rsplit('/', 1)[-1]}", path


def erase(person: Person, now: datetime) -> None:
    """Opinions stay, without who had them. Each step can be repeated: a photo goes before its path."""
    _erase_kept(person)
    for review in _of(Review, person):
        if review.file_path:
            photos.remove_photo(review.file_path)
        Review.all_objects.filter(pk=review.pk).update(
            customer_email=erased_email(review.customer_email or f"{person.customer_id}@erased.invalid"),
            customer_name="",
            comments="",
            file_path=None,
            file_type=None,
        )
    for rows in (_of(Question, person), _of(Answer, person, name="author_id")):
        # What nobody else has read is nobody's loss.
        rows.exclude(status=Question.Status.PUBLISHED).hard_delete()
        rows.update(customer_email="", customer_name="", comments="")
    QuestionEvent.all_objects.filter(actor_id=person.customer_id or "-").update(actor_label="Erased")
    _erase_surveys(person)


@retrying_atomic
def _erase_kept(person: Person) -> None:
    """Before the documents: what is being delivered just now is one of them afterwards."""
    for kept in _kept(person).select_for_update():
        if kept.file_path:
            photos.remove_photo(kept.file_path)
        kept.delete()


def _kept(person: Person) -> QuerySet[KeptReview]:
    return KeptReview.objects.filter(customer_id=person.pk or 0).order_by("pk")


def _erase_surveys(person: Person) -> None:
    """The stars stay. The address becomes a pseudonym, by which a "no more of these" is still known."""
    for survey in _surveys(person):
        Survey.all_objects.filter(pk=survey.pk).update(
            customer_id="",
            customer_email=erased_email(survey.customer_email) if survey.customer_email else "",
            comment="",
            comments="",
        )


def _rows(found: Any, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    return iter(found.values(*fields).iterator(chunk_size=500))


def _of(model: Any, person: Person, *, name: str = "customer_id") -> Any:
    """By the public id of the account: only people with one write these."""
    return model.all_objects.filter(**{name: person.customer_id or "-"}).order_by("pk")


def _surveys(person: Person) -> Any:
    """Of the account, and those of guests with one of the proven addresses."""
    own = Survey.all_objects.filter(customer_id=person.customer_id or "-")
    emails = sorted(email.lower() for email in person.emails)
    guests = Survey.all_objects.filter(customer_id="", customer_email__in=emails)
    return (own | guests).order_by("pk")
