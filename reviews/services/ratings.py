"""A product's rating, counted from its published reviews."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, QuerySet

from catalog.models import Product
from catalog.services.products import set_rating
from ecommerce.lib.transactions import retrying_atomic
from reviews.models import RatingsChecked, Review

# Clocks differ, and a review may be on its way while the last check was made.
OVERLAP = timedelta(minutes=15)
# No store takes a list of any length.
AT_ONCE = 500


@retrying_atomic
def recount_rating(product_id: int) -> None:
    """Write the average and number of a product's published reviews to the product.

    Two at once wait for each other at the product's row, so whoever counts last has seen
    every review written before.
    """
    Product.all_objects.select_for_update().filter(pk=product_id).values_list("pk").first()
    average, count = summarise(distribution(product_id))
    set_rating(product_id=product_id, average=average, count=count)


def recount_all() -> int:
    """Put every product's rating right and return how many were wrong."""
    return _recount_wrong(Review.objects.published(), Product.all_objects.all())


def recount_changed(*, now: datetime) -> int:
    """Put right what a crash between the two stores left behind; returns how many were wrong.

    Looks at the products of which a review changed since the last time, the first time at all.
    Raises what the document store raises; then the next time looks at the same again.
    """
    checked = RatingsChecked.objects.order_by("pk").first()
    if checked is None:
        corrected = recount_all()
        RatingsChecked.objects.create(until=now)
        return corrected
    changed = Review.all_objects.filter(modified_at__gte=checked.until - OVERLAP)
    products = sorted(set(changed.order_by().values_list("product_id", flat=True)))
    corrected = 0
    for start in range(0, len(products), AT_ONCE):
        part = products[start : start + AT_ONCE]
        reviews = Review.objects.published().filter(product_id__in=part)
        corrected += _recount_wrong(reviews, Product.all_objects.filter(pk__in=part))
    RatingsChecked.objects.filter(pk=checked.pk).update(until=now)
    return corrected


def distribution(product_id: int) -> dict[int, int]:
    """How many published reviews give 1, 2, 3, 4 and 5 stars; in one query."""
    rows = Review.objects.published().filter(product_id=product_id).order_by()
    counts = dict(rows.values_list("rating").annotate(n=Count("pk")))
    return {stars: counts.get(stars, 0) for stars in range(1, 6)}


def summarise(counts: dict[int, int]) -> tuple[Decimal, int]:
    """The average to two decimals (0 without reviews) and the number of reviews."""
    count = sum(counts.values())
    total = sum(stars * number for stars, number in counts.items())
    average = Decimal(total) / count if count else Decimal(0)
    return average.quantize(Decimal("0.01"), ROUND_HALF_UP), count


def _recount_wrong(reviews: QuerySet[Review], products: QuerySet[Product]) -> int:
    """Compare the ratings of `products` with their `reviews`, and count the wrong ones again."""
    stored: dict[int, dict[int, int]] = {}
    for row in reviews.order_by().values("product_id", "rating").annotate(n=Count("pk")):
        stored.setdefault(row["product_id"], {})[row["rating"]] = row["n"]
    ratings = products.values_list("pk", "rating", "review_count").iterator(chunk_size=2000)
    wrong = [pk for pk, rating, count in ratings if summarise(stored.get(pk, {})) != (rating, count)]
    for pk in wrong:
        recount_rating(pk)
    return len(wrong)
