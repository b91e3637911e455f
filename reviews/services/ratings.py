"""A product's rating, counted from its published reviews."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count

from catalog.models import Product
from catalog.services.products import set_rating
from ecommerce.lib.transactions import retrying_atomic
from reviews.models import Review


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
    stored: dict[int, dict[int, int]] = {}
    rows = Review.objects.published().order_by().values("product_id", "rating").annotate(n=Count("pk"))
    for row in rows:
        stored.setdefault(row["product_id"], {})[row["rating"]] = row["n"]
    wrong = [pk for pk, rating, count in _ratings() if summarise(stored.get(pk, {})) != (rating, count)]
    for pk in wrong:
        recount_rating(pk)
    return len(wrong)


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


def _ratings() -> Iterator[tuple[int, Decimal, int]]:
    return Product.all_objects.values_list("pk", "rating", "review_count").iterator(chunk_size=2000)
