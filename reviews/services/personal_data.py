"""Reviews: handed out with their photos, and kept as those of “A customer”."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ecommerce.lib.personal_data import Person, erased_email
from ecommerce.lib.transactions import retrying_atomic
from reviews.models import KeptReview, Review
from reviews.services import photos

COVERS = frozenset({"reviews.KeptReview", "reviews.Review"})
_FIELDS = (
    "product_title", "review", "rating", "tags", "status", "customer_name", "customer_email",
    "order_number", "review_date", "answer", "answered_at", "file_path",
)  # fmt: skip


_KEPT = (
    "product_title", "review", "rating", "tags", "customer_name", "customer_email", "order_number",
    "review_date", "file_path",
)  # fmt: skip


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    return {
        "reviews": iter(_of(person).values(*_FIELDS).iterator(chunk_size=500)),
        "reviews_to_appear": iter(_kept(person).values(*_KEPT).iterator(chunk_size=500)),
    }


def files(person: Person) -> Iterator[tuple[str, str]]:
    """(name in the archive, path in private storage) of the photos."""
    for path in (
        *_of(person).exclude(file_path=None).values_list("file_path", flat=True),
        *_kept(person).values_list("file_path", flat=True),
    ):
        if path:
            yield f"photos/{path.rsplit('/', 1)[-1]}", path


def erase(person: Person, now: datetime) -> None:
    """Opinions stay, without who had them. Each step can be repeated: a photo goes before its path."""
    _erase_kept(person)
    for review in _of(person):
        if review.file_path:
            photos.remove_photo(review.file_path)
        Review.all_objects.filter(pk=review.pk).update(
            customer_email=erased_email(review.customer_email or f"{person.customer_id}@erased.invalid"),
            customer_name="",
            comments="",
            file_path=None,
            file_type=None,
        )


@retrying_atomic
def _erase_kept(person: Person) -> None:
    """Before the documents: what is being delivered just now is one of them afterwards."""
    for kept in _kept(person).select_for_update():
        if kept.file_path:
            photos.remove_photo(kept.file_path)
        kept.delete()


def _kept(person: Person) -> QuerySet[KeptReview]:
    return KeptReview.objects.filter(customer_id=person.pk or 0).order_by("pk")


def _of(person: Person) -> Any:
    """By the public id of the account: only people with one write reviews."""
    return Review.all_objects.filter(customer_id=person.customer_id or "-").order_by("pk")
