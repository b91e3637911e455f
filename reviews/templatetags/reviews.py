"""`{% load reviews %}`: what the product page shows of its reviews."""

import math
from typing import Any

from django import template

from catalog.models import Product
from ecommerce.lib import documents_store
from reviews.models import Answer, Question, Review
from reviews.services.ratings import distribution, summarise

register = template.Library()
PAGE_SIZE = 8


@register.filter
def reviewer(written: Review | Question | Answer) -> str:
    """How somebody who wrote is named in public: the first name alone."""
    return written.customer_name.split()[0] if written.customer_name.strip() else "A customer"


@register.inclusion_tag("reviews/_product_reviews.html", takes_context=True)
def product_reviews(context: dict[str, Any], product: Product) -> dict[str, Any]:
    """The distribution of stars and a page of reviews; two queries on the document store.

    `?stars=4` shows those alone, `?reviews=2` the second page. When the store is down, the
    page says so and works otherwise.
    """
    request = context["request"]
    shown = {
        "product": product,
        "request": request,
        "shop": context.get("shop"),
        "csrf_token": context.get("csrf_token"),
    }
    try:
        counts = distribution(product.pk)
        stars = _number(request.GET.get("stars"), 1, 5)
        matching = counts[stars] if stars else sum(counts.values())
        pages = max(1, math.ceil(matching / PAGE_SIZE))
        page = _number(request.GET.get("reviews"), 1, pages) or 1
        reviews = Review.objects.for_product(product.pk)
        if stars:
            reviews = reviews.filter(rating=stars)
        start = (page - 1) * PAGE_SIZE
        listed = list(reviews[start : start + PAGE_SIZE]) if matching else []
    except documents_store.ERRORS as error:
        documents_store.tell(error, f"reviews of product {product.pk}")
        return shown | {"unavailable": True}
    average, count = summarise(counts)
    return shown | {
        "bars": _bars(counts),
        "average": average,
        "count": count,
        "stars": stars,
        "matching": matching,
        "reviews": listed,
        "page": page,
        "previous": page - 1,
        "next": page + 1 if page < pages else None,
        "pages": pages,
        "customer_id": str(request.user.customer_id) if request.user.is_authenticated else "",
    }


def _number(value: str | None, lowest: int, highest: int) -> int | None:
    """`value` as a whole number kept within bounds for pages; None when it is no number."""
    if not value or not value.isascii() or not value.isdigit() or len(value) > 6:
        return None
    return min(max(int(value), lowest), highest)


def _bars(counts: dict[int, int]) -> list[dict[str, int]]:
    total = sum(counts.values())
    return [
        {
            "stars": stars,
            "count": counts[stars],
            "percent": round(100 * counts[stars] / total) if total else 0,
        }
        for stars in (5, 4, 3, 2, 1)
    ]
