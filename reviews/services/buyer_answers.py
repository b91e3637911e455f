"""Answers by customers who bought the product: held until staff publish them."""

from typing import Any

from django.db import IntegrityError, transaction

from catalog.models import Product
from customers.models import User
from ecommerce.lib.errors import BadInput, DomainError, NotFound
from ecommerce.lib.ratelimit import count_try
from reviews.models import Answer, Question
from reviews.services.purchases import bought, verified_order_number
from reviews.services.question_events import record
from reviews.services.questions import MAX_ANSWER, AnsweredAlready
from reviews.services.reviews import NotBought
from reviews.services.texts import clean_text

MIN_LENGTH = 2
# So many are shown under a question, or wait to be; more help nobody.
MOST_ANSWERS = 10
ANSWERED_PER_HOUR = 20


class EnoughAnswers(DomainError):
    code = "enough_answers"


def check_may_answer(*, customer: User, question: Question, product: Product) -> None:
    """Raises NotFound for a question that is not published, AnsweredAlready, NotBought or EnoughAnswers
    when `customer` cannot answer it."""
    if not question.is_public:
        raise NotFound("There is no such question.")
    answers = Answer.objects.filter(question_id=question.pk)
    if answers.filter(author_id=str(customer.customer_id)).exists():
        raise AnsweredAlready("You have answered this question already. Delete that answer to write another.")
    if not bought(customer=customer, product=product):
        raise NotBought("Questions are answered by the shop and by people who bought the product here.")
    if answers.filter(is_shop=False).exclude(status=Answer.Status.REJECTED).count() >= MOST_ANSWERS:
        raise EnoughAnswers("This question has enough answers. Thank you for wanting to help.")


def answer_as_buyer(*, customer: User, question: Question, product: Product, text: str) -> Answer:
    """Keep the answer of a customer who bought the product, until staff publish it.

    Raises BadInput (field `answer`), TooMany, and what `check_may_answer` does; nothing is kept then.
    """
    check_may_answer(customer=customer, question=question, product=product)
    text = clean_text(text, field="answer", least=MIN_LENGTH, most=MAX_ANSWER)
    count_try("answer", str(customer.pk), limit=ANSWERED_PER_HOUR, seconds=3600, fail_open=True)
    answer = Answer(
        question_id=question.pk,
        product_id=product.pk,
        product_title=product.name,
        author_id=str(customer.customer_id),
        customer_email=customer.email or "",
        customer_name=customer.name,
        order_number=verified_order_number(customer=customer, product=product),
        answer=text,
    )
    try:
        with transaction.atomic(using="documents"):
            answer.save(force_insert=True)
    except IntegrityError as error:  # the same form, sent twice at once
        raise AnsweredAlready("You have answered this question already.") from error
    record(question=question, kind="buyer_answered", message="A customer answered", actor=customer)
    return answer


def moderate_answer(*, answer: Answer, status: str, actor: User) -> Answer:
    """Publish, hold or reject a customer's answer (`Answer.Status`)."""
    if status not in Answer.Status.values:
        raise BadInput("Choose one of the states an answer can have.", field="status")
    if answer.is_shop:
        raise DomainError("This is the shop's own answer: change it with its question.", code="own_answer")
    if answer.status != status:
        answer.status = status
        answer.save(update_fields=["status", "modified_at"])
        message = f"A customer's answer: {Answer.Status(status).label.lower()}"
        _record(answer, f"answer_{status}", message, actor)
    return answer


def delete_answer(*, answer: Answer, actor: User) -> None:
    """Take a customer's answer away, for its author or for staff who may; a repeat changes nothing.

    Raises NotFound for anybody else.
    """
    if not may_delete(answer=answer, actor=actor):
        raise NotFound("There is no such answer.")
    if not answer.is_deleted:
        answer.delete()
        _record(answer, "answer_deleted", "A customer's answer: deleted", actor)


def may_delete(*, answer: Answer, actor: Any) -> bool:
    """Whether `actor` wrote it or is staff with the right to delete answers. The shop's own goes with an
    empty text of its question."""
    if not actor.is_authenticated or answer.is_shop:
        return False
    is_author = answer.author_id == str(actor.customer_id)
    return is_author or (actor.is_staff and actor.has_perm("reviews.delete_answer"))


def _record(answer: Answer, kind: str, message: str, actor: User) -> None:
    question = Question.all_objects.filter(pk=answer.question_id).first()
    if question is not None:
        record(question=question, kind=kind, message=message, actor=actor)
