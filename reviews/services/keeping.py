"""Reviews written while the document store is down: kept in the relational one, delivered later.

A kept review has the id of the document it will be. Delivering writes the document, counts the
rating and forgets the row, in this order: a run that dies in between finds the document there the
next time and does the rest, so a review is delivered once, whatever happens.
"""

import logging

from django.db import IntegrityError, transaction

from catalog.models import Product
from customers.models import User
from ecommerce.lib import documents_store
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from reviews.models import KeptReview, Review
from reviews.services import photos
from reviews.services.ratings import recount_rating

log = logging.getLogger(__name__)
PER_RUN = 500
# As they are in the one and in the other; empty ones are null in the document.
_SAME = (
    "product_id", "customer_email", "customer_name", "product_title", "review", "rating", "review_date",
    "order_number", "tags",
)  # fmt: skip


class AlreadyReviewed(DomainError):
    code = "already_reviewed"


def is_kept(*, customer: User, product: Product) -> bool:
    """Whether a review of the product by the customer waits to be delivered."""
    return KeptReview.objects.filter(customer=customer, product=product).exists()


def already_kept() -> AlreadyReviewed:
    return AlreadyReviewed(
        "You have reviewed this product already. Your review is kept and will appear soon."
    )


@retrying_atomic
def keep(review: Review, *, customer: User) -> KeptReview:
    """Keep an unsaved `review` until it can be delivered. Raises AlreadyReviewed for a second one."""
    values = {name: getattr(review, name) for name in _SAME}
    kept, is_new = KeptReview.objects.get_or_create(
        customer=customer,
        product_id=review.product_id,
        defaults=values
        | {
            "document_id": str(review.pk),
            "file_path": review.file_path or "",
            "file_type": review.file_type or "",
        },
    )
    if not is_new and kept.document_id != str(review.pk):
        raise already_kept()
    return kept


def deliver_kept() -> int:
    """Deliver what is kept, the oldest first; returns how many. Ends at once while the store is down."""
    done = 0
    for pk in KeptReview.objects.order_by("pk").values_list("pk", flat=True)[:PER_RUN]:
        try:
            done += deliver(pk)
        except documents_store.ERRORS as error:
            documents_store.tell(error, "kept reviews to deliver")
            if documents_store.is_down(error):
                break
        except Exception:
            log.exception("the kept review %s could not be delivered", pk)
    return done


@retrying_atomic
def deliver(pk: int) -> bool:
    """Make a kept review a document; returns whether there is one now.

    The row stays locked meanwhile, so nobody delivers it twice, and it is not erased as personal
    data while its document comes to be. A customer who has another review of the product by now
    keeps that one. Raises what the document store raises.
    """
    kept = KeptReview.objects.select_for_update().select_related("customer").filter(pk=pk).first()
    if kept is None:
        return False
    is_there = _write(kept)
    if is_there:
        recount_rating(kept.product_id)
    elif kept.file_path:
        photos.remove_photo(kept.file_path)
    kept.delete()
    return is_there


def _write(kept: KeptReview) -> bool:
    """Whether the document of `kept` is in the store, from now on or from an earlier try."""
    review = Review(
        id=kept.document_id,
        customer_id=str(kept.customer.customer_id),
        file_path=kept.file_path or None,
        file_type=kept.file_type or None,
        **{name: getattr(kept, name) for name in _SAME},
    )
    try:
        with transaction.atomic(using="documents"):
            review.save(force_insert=True)
    except IntegrityError:
        if Review.all_objects.filter(pk=kept.document_id).exists():
            return True
        log.warning("kept review %s is dropped: there is another of this customer", kept.document_id)
        return False
    return True
