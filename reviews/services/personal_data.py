"""Reviews: handed out with their photos, and kept as those of “A customer”."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ecommerce.lib.personal_data import Person, erased_email
from reviews.models import Review
from reviews.services import photos

COVERS = frozenset({"reviews.Review"})
_FIELDS = (
    "product_title", "review", "rating", "tags", "status", "customer_name", "customer_email",
    "order_number", "review_date", "answer", "answered_at", "file_path",
)  # fmt: skip


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    return {"reviews": iter(_of(person).values(*_FIELDS).iterator(chunk_size=500))}


def files(person: Person) -> Iterator[tuple[str, str]]:
    """(name in the archive, path in private storage) of the photos."""
    for path in _of(person).exclude(file_path=None).values_list("file_path", flat=True):
        if path:
            yield f"photos/{path.rsplit('/', 1)[-1]}", path


def erase(person: Person, now: datetime) -> None:
    """Opinions stay, without who had them. Each step can be repeated: a photo goes before its path."""
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


def _of(person: Person) -> Any:
    """By the public id of the account: only people with one write reviews."""
    return Review.all_objects.filter(customer_id=person.customer_id or "-").order_by("pk")
