"""Every write to questions and answers.

They are documents, and no transaction can be counted on there: each step is safe alone and can be
repeated. An answer is stored before its question says that it is answered, so a crash in between
leaves the question among those that wait, and answering again puts it right.
"""

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Product
from customers.models import User
from ecommerce.lib.background import after_commit
from ecommerce.lib.errors import BadInput, DomainError, NotFound
from ecommerce.lib.ratelimit import count_try
from reviews import tasks
from reviews.models import SHOP, Answer, Question
from reviews.services.question_events import record
from reviews.services.texts import clean_text

MIN_LENGTH, MAX_LENGTH = 10, 500
MAX_ANSWER = 1000
ASKED_PER_HOUR = 5


class AnsweredAlready(DomainError):
    code = "already_answered"


class QuestionRejected(DomainError):
    code = "question_rejected"


def ask_question(*, customer: User, product: Product, text: str) -> Question:
    """Keep a customer's question until the shop answers or publishes it.

    The same words again are the same question: nothing is written, and it is returned. Raises
    BadInput (field `question`) for too few or too many characters, and TooMany.
    """
    text = clean_text(text, field="question", least=MIN_LENGTH, most=MAX_LENGTH)
    same = {
        "product_id": product.pk,
        "customer_id": str(customer.customer_id),
        "text_key": key_of(text),
    }
    if found := Question.objects.filter(**same).first():
        return found
    count_try("question", str(customer.pk), limit=ASKED_PER_HOUR, seconds=3600, fail_open=True)
    question = Question(
        question=text,
        product_title=product.name,
        customer_email=customer.email or "",
        customer_name=customer.name,
        **same,
    )
    try:
        with transaction.atomic(using="documents"):
            question.save(force_insert=True)
    except IntegrityError:  # the same form, sent twice at once
        return Question.objects.get(**same)
    record(question=question, kind="asked", message="Asked", actor=customer)
    return question


def answer_question(*, question: Question, text: str, actor: User) -> Question:
    """Say what the shop says: the question is shown from then on, and its asker is told once, by email.

    Another text replaces the first, an empty one takes it away. Raises BadInput (field `answer`),
    QuestionRejected, and AnsweredAlready when a colleague was faster.
    """
    if not text.strip():
        return _take_answer_away(question, actor)
    text = clean_text(text, field="answer", least=2, most=MAX_ANSWER)
    if question.status == Question.Status.REJECTED:
        raise QuestionRejected("This question is rejected. Publish it first, then answer it.")
    answer = Answer.objects.filter(question_id=question.pk, author_id=SHOP).first()
    if answer is None:
        _store_answer(question, text)
        record(question=question, kind="answered", message="The shop answered", actor=actor)
    elif answer.answer != text:
        answer.answer = text
        answer.save(update_fields=["answer", "modified_at"])
        record(question=question, kind="answer_changed", message="The shop's answer changed", actor=actor)
    found = Question.objects.filter(pk=question.pk)
    found.filter(answered_at=None).update(answered_at=timezone.now())
    found.exclude(status=Question.Status.REJECTED).update(status=Question.Status.PUBLISHED)
    after_commit(tasks.tell_asker, question.pk)
    return Question.objects.get(pk=question.pk)


def moderate_question(*, question: Question, status: str, actor: User) -> Question:
    """Publish, hold or reject a question (`Question.Status`); its answers are shown and hidden with it."""
    if status not in Question.Status.values:
        raise BadInput("Choose one of the states a question can have.", field="status")
    if question.status != status:
        question.status = status
        question.save(update_fields=["status", "modified_at"])
        message = f"Question: {Question.Status(status).label.lower()}"
        record(question=question, kind=status, message=message, actor=actor)
    return question


def delete_question(*, question: Question, actor: User) -> None:
    """Take a question away with all answers to it, for its asker or for staff who may.

    A repeat changes nothing. Raises NotFound for anybody else.
    """
    if not may_delete(question=question, actor=actor):
        raise NotFound("There is no such question.")
    question.delete()
    for answer in Answer.objects.filter(question_id=question.pk):
        answer.delete()
    record(question=question, kind="deleted", message="Deleted", actor=actor)


def may_delete(*, question: Question, actor: Any) -> bool:
    """Whether `actor` asked it or is staff with the right to delete questions."""
    if not actor.is_authenticated:
        return False
    is_asker = question.customer_id == str(actor.customer_id)
    return is_asker or (actor.is_staff and actor.has_perm("reviews.delete_question"))


def _store_answer(question: Question, text: str) -> None:
    answer = Answer(
        status=Answer.Status.PUBLISHED,
        question_id=question.pk,
        product_id=question.product_id,
        product_title=question.product_title,
        is_shop=True,
        author_id=SHOP,
        answer=text,
    )
    try:
        with transaction.atomic(using="documents"):
            answer.save(force_insert=True)
    except IntegrityError as error:
        raise AnsweredAlready("A colleague has just answered this question. Look at it again.") from error


def _take_answer_away(question: Question, actor: User) -> Question:
    answer = Answer.objects.filter(question_id=question.pk, author_id=SHOP).first()
    if answer is not None:
        answer.delete()
        record(question=question, kind="answer_removed", message="The shop's answer removed", actor=actor)
    Question.objects.filter(pk=question.pk).update(answered_at=None)
    question.answered_at = None
    return question


def key_of(text: str) -> str:
    """The same for the same words, however they are spaced and written large or small."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()
