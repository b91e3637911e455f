"""Reviews."""

from reviews.tests.factories import ReviewFactory, bought_order
from tests.contract.tries import Try


def _new(stage):
    bought_order(customer=stage.customer, product=stage.product)
    wish = {
        "customer_id": str(stage.customer.customer_id),
        "product_id": stage.product.pk,
        "review": "Great product!",
        "rating": 5,
    }
    return (
        Try(status=201, who="customer", body=wish),
        Try(status=404, who="staff", body=wish, code="not_found"),
    )


def _delete(stage):
    review = ReviewFactory(product=stage.product, customer=stage.customer)
    return (
        Try(status=200, who="customer", path={"review_id": review.pk}),
        Try(
            status=404,
            who="customer",
            path={"review_id": ReviewFactory(product=stage.product).pk},
            code="not_found",
        ),
    )


ROUTES = {
    "reviews_create": _new,
    "reviews_retrieve": lambda stage: (
        Try(status=200, path={"product_id": stage.product.pk}),
        Try(status=404, path={"product_id": 10**9}, code="not_found"),
    ),
    "reviews_destroy": _delete,
}
