"""`{% load questions %}`: what the product page shows of questions about it."""

from typing import Any

from django import template
from django.http import HttpRequest

from catalog.models import Product
from ecommerce.lib import documents_store
from reviews.models import Answer, Question
from reviews.templatetags.reviews import reviewer

register = template.Library()
register.filter(reviewer)
PAGE_SIZE = 5
_LAST_PAGE = 999


@register.inclusion_tag("reviews/_product_questions.html", takes_context=True)
def product_questions(context: dict[str, Any], product: Product) -> dict[str, Any]:
    """A page of questions with their answers, and the visitor's own that wait for the shop.

    At most three queries on the document store, one for a visitor where nothing was asked.
    `?questions=2` shows the second page. When the store is down, the page says so and works otherwise.
    """
    request = context["request"]
    shown = {
        "product": product,
        "request": request,
        "shop": context.get("shop"),
        "csrf_token": context.get("csrf_token"),
        "customer_id": str(request.user.customer_id) if request.user.is_authenticated else "",
    }
    try:
        return shown | _read(product, shown["customer_id"], page=_page(request))
    except documents_store.ERRORS as error:
        documents_store.tell(error, f"questions about product {product.pk}")
        return shown | {"unavailable": True}


def _read(product: Product, customer_id: str, *, page: int) -> dict[str, Any]:
    start = (page - 1) * PAGE_SIZE
    # One more than is shown tells whether there is another page; nothing has to be counted.
    found = list(Question.objects.for_product(product.pk)[start : start + PAGE_SIZE + 1])
    questions = found[:PAGE_SIZE]
    answers: dict[str, list[Answer]] = {question.pk: [] for question in questions}
    if answers:
        for answer in Answer.objects.under(list(answers)):
            answers[answer.question_id].append(answer)
    mine = Question.objects.filter(
        product_id=product.pk, customer_id=customer_id, status=Question.Status.HELD, is_suspended=False
    )
    return {
        "asked": [{"question": question, "answers": answers[question.pk]} for question in questions],
        "waiting": list(mine.order_by("-asked_at", "pk")[:PAGE_SIZE]) if customer_id else [],
        "page": page,
        "previous": page - 1,
        "next": page + 1 if len(found) > PAGE_SIZE else None,
    }


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("questions", "")
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= 6
    return min(max(int(asked), 1), _LAST_PAGE) if is_number else 1
