"""Every write to reviews.

Reviews live in the document store, a product's rating in the relational one, and no
transaction spans both. So the review is always written first and the rating counted from
what is stored afterwards: a crash in between leaves a rating that is out of date, never a
lost review, and the sweep puts it right.
"""

from collections.abc import Iterable
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Product
from customers.models import User
from ecommerce.lib import documents_store
from ecommerce.lib.errors import BadInput, DomainError, NotFound
from reviews.models import Review
from reviews.models.review import MAX_LENGTH, MAX_TAG_LENGTH, MAX_TAGS, MIN_LENGTH
from reviews.services import keeping, photos
from reviews.services.keeping import AlreadyReviewed
from reviews.services.purchases import address_of, bought, verified_order_number
from reviews.services.ratings import recount_rating

MAX_ANSWER = 1000


class NotBought(DomainError):
    code = "not_bought"


def check_may_review(*, customer: User, product: Product) -> bool:
    """Raises AlreadyReviewed or NotBought when `customer` cannot write about `product`.

    Returns False while the document store is down: whoever has written already is found out when
    the review is delivered.
    """
    if keeping.is_kept(customer=customer, product=product):
        raise keeping.already_kept()
    reachable = True
    try:
        written = Review.objects.filter(product_id=product.pk, customer_id=str(customer.customer_id)).exists()
    except documents_store.ERRORS as error:
        if not documents_store.is_down(error):
            raise
        documents_store.tell(error, "whether a customer has written already")
        written = reachable = False
    if written:
        raise AlreadyReviewed("You have reviewed this product already. Delete that review to write another.")
    if not bought(customer=customer, product=product):
        raise NotBought(
            "Reviews are written by people who bought the product here. "
            "You can write one as soon as your order is paid."
        )
    return reachable


def add_review(
    *,
    customer: User,
    product: Product,
    text: str,
    rating: int,
    tags: Iterable[str] = (),
    photo: IO[bytes] | None = None,
) -> Review:
    """Publish a customer's review and update the product's rating.

    It is verified when an order of theirs with the product was shipped. Raises BadInput (fields
    `review`, `rating`, `tags`, `photo`), NotBought and AlreadyReviewed; nothing is kept then. While
    the document store is down the review is kept (`review.is_kept`), and the sweep delivers it.
    """
    check_may_review(customer=customer, product=product)
    review = Review(
        product_id=product.pk,
        customer_id=str(customer.customer_id),
        customer_email=address_of(customer=customer, product=product),
        customer_name=customer.name,
        product_title=product.name,
        review=_clean_text(text),
        rating=_clean_rating(rating),
        tags=_clean_tags(tags),
        order_number=verified_order_number(customer=customer, product=product),
    )
    stored = photos.store_photo(photo) if photo else None
    if stored:
        review.file_path, review.file_type = stored.path, stored.content_type
    try:
        _store_or_keep(review, customer)
    except Exception as error:
        if stored:
            photos.remove_photo(stored.path)
        if isinstance(error, IntegrityError):  # the same form, sent twice at once
            raise AlreadyReviewed("You have reviewed this product already.") from error
        raise
    if not review.is_kept:
        recount_rating(product.pk)
    return review


def _store_or_keep(review: Review, customer: User) -> None:
    """An answer that got lost on its way does not matter: what is kept has the id of the document."""
    try:
        with transaction.atomic(using="documents"):
            review.save(force_insert=True)
    except documents_store.ERRORS as error:
        if not documents_store.is_down(error):
            raise
        documents_store.tell(error, "a new review, which is kept")
        keeping.keep(review, customer=customer)


def delete_review(*, review: Review, actor: User) -> None:
    """Take a review away, for its author or for staff who may; a repeat changes nothing.

    Raises NotFound for anybody else.
    """
    if not may_delete(review=review, actor=actor):
        raise NotFound("There is no such review.")
    review.delete()
    recount_rating(review.product_id)


def may_delete(*, review: Review, actor: Any) -> bool:
    """Whether `actor` wrote the review or is staff with the right to delete reviews."""
    if not actor.is_authenticated:
        return False
    is_author = review.customer_id == str(actor.customer_id)
    return is_author or (actor.is_staff and actor.has_perm("reviews.delete_review"))


def moderate(*, review: Review, status: str, actor: User) -> Review:
    """Publish, hold or reject a review (`Review.Status`) and update the product's rating."""
    if status not in Review.Status.values:
        raise BadInput("Choose one of the states a review can have.", field="status")
    review.status = status
    review.save(update_fields=["status", "modified_at"])
    recount_rating(review.product_id)
    return review


def answer_review(*, review: Review, text: str, actor: User) -> Review:
    """Store what the shop says under a review; an empty text takes the answer away."""
    text = text.strip()
    if len(text) > MAX_ANSWER:
        raise BadInput(f"The answer is {len(text)} characters long; {MAX_ANSWER} fit.", field="answer")
    if text != review.answer:
        review.answer = text
        review.answered_at = timezone.now() if text else None
        review.save(update_fields=["answer", "answered_at", "modified_at"])
    return review


def _clean_text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) < MIN_LENGTH:
        raise BadInput(
            f"Write at least {MIN_LENGTH} characters; these are {len(text)}.",
            code="too_short",
            field="review",
        )
    if len(text) > MAX_LENGTH:
        message = f"Write at most {MAX_LENGTH} characters; these are {len(text)}."
        raise BadInput(message, code="too_long", field="review")
    return text


def _clean_rating(rating: int) -> int:
    if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 5:
        raise BadInput("Choose 1 to 5 stars.", code="rating", field="rating")
    return rating


def _clean_tags(tags: Iterable[str]) -> list[str]:
    """Trimmed, without repeats (in any case), in the order given."""
    kept: dict[str, str] = {}
    for tag in tags:
        tag = " ".join(tag.replace("\x00", "").split())
        if len(tag) > MAX_TAG_LENGTH:
            raise BadInput(f"A tag has at most {MAX_TAG_LENGTH} characters.", code="tags", field="tags")
        if tag:
            kept.setdefault(tag.lower(), tag)
    if len(kept) > MAX_TAGS:
        raise BadInput(f"Choose at most {MAX_TAGS} tags.", code="tags", field="tags")
    return list(kept.values())
