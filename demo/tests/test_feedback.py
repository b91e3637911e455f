"""The demo's questions and surveys: answered by who may, and none that the sweep would send again."""

import pytest
from django.core import mail

from orders.models import Order
from reviews.models import SHOP, Answer, Question, QuestionEvent, Survey
from reviews.services.survey_emails import ask_due

# One worker, so that the demo is loaded once.
pytestmark = [pytest.mark.usefixtures("demo_shop")]


def test_most_questions_are_answered_and_some_wait():
    assert Question.objects.count() == 12
    assert Question.objects.unanswered().count() == 2
    assert set(Question.objects.values_list("status", flat=True)) == {"held", "published"}
    for question in Question.objects.exclude(answered_at=None):
        question.full_clean()
        answer = Answer.objects.get(question_id=question.pk, author_id=SHOP)
        assert question.asked_at < answer.answered_at == question.answered_at
        assert QuestionEvent.objects.filter(question_id=question.pk).count() == 2


def test_buyers_answer_what_they_have():
    answers = Answer.objects.filter(is_shop=False)
    assert answers.exists()
    for answer in answers:
        answer.full_clean()
        order = Order.objects.get(number=answer.order_number)
        assert str(order.customer.customer_id) == answer.author_id
        assert order.delivered_at < answer.answered_at
        assert answer.product_id in {line.product_id for line in order.lines.all()}


def test_surveys_are_of_delivered_orders_and_nobody_is_asked_again(demo_shop):
    surveys = Survey.objects.answered()
    assert surveys.count() >= 20 and surveys.exclude(comment="").exists()
    for survey in surveys:
        survey.full_clean()
        assert survey.delivered_at < survey.sent_at < survey.answered_at < demo_shop.midnight
    assert ask_due(now=demo_shop.midnight) == 0
    assert mail.outbox == []
