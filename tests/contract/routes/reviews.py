"""Reviews, and questions about products."""

from reviews.tests.factories import AnswerFactory, QuestionFactory, ReviewFactory, bought_order
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
        Try(status=403, who="clerk", path={"review_id": review.pk}, code="permission_denied"),
    )


def _questions(stage):
    question = QuestionFactory(product=stage.product, status="published")
    AnswerFactory(question=question, is_shop=True)
    AnswerFactory(question=question)
    return (
        Try(status=200, path={"product_id": stage.product.pk}),
        Try(status=404, path={"product_id": 10**9}, code="not_found"),
    )


def _ask(stage):
    wish, path = {"question": "Does it fit under the seat?"}, {"product_id": stage.product.pk}
    return (
        Try(status=201, who="customer", path=path, body=wish),
        Try(status=400, who="customer", path=path, body={"question": "Why?"}, code="invalid"),
    )


ROUTES = {
    "products_questions_list": _questions,
    "products_questions_create": _ask,
    "reviews_create": _new,
    "reviews_retrieve": lambda stage: (
        Try(status=200, path={"product_id": stage.product.pk}),
        Try(status=404, path={"product_id": 10**9}, code="not_found"),
    ),
    "reviews_destroy": _delete,
}
