"""Answers of customers who bought the product."""

import pytest
from django.urls import reverse

from customers.tests.factories import UserFactory
from ecommerce.lib.errors import NotFound
from reviews.models import Answer, Question
from reviews.services import buyer_answers
from reviews.services.buyer_answers import EnoughAnswers, answer_as_buyer, moderate_answer
from reviews.services.questions import AnsweredAlready
from reviews.services.reviews import NotBought
from reviews.tests.factories import AnswerFactory, QuestionFactory, bought_order
from reviews.tests.rendering import questions_of as render

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def answer_url(question):
    return reverse("reviews:answer", args=[question.pk])


def test_a_buyers_answer_is_held_and_then_shown_as_bought(client, asker, product, staff):
    bought_order(customer=asker, product=product)
    question = QuestionFactory(product=product, status="published")
    assert client.post(answer_url(question), {"answer": "Mine does."}).status_code == 302
    answer = Answer.objects.get()
    assert (answer.status, bool(answer.order_number)) == ("held", True)
    assert "Mine does." not in render(product)
    moderate_answer(answer=answer, status="published", actor=staff)
    page = render(product)
    assert "Mine does." in page and "Bought this" in page
    assert "Answered by the shop" not in page and answer.order_number not in page
    assert Question.objects.unanswered().count() == 1

    again = client.post(answer_url(question), {"answer": "Mine really does."})
    assert again.status_code == 409 and "answered this question already" in again.content.decode()
    assert Answer.objects.count() == 1


def test_who_did_not_buy_reads_why(client, asker, product):
    bought_order(customer=UserFactory(), product=product)
    question = QuestionFactory(product=product, status="published")
    assert "people who bought" in client.get(answer_url(question)).content.decode()
    response = client.post(answer_url(question), {"answer": "I guess so."})
    assert response.status_code == 409
    assert not Answer.objects.exists()


@pytest.mark.parametrize("status", ["held", "rejected"])
def test_questions_that_are_not_published_are_not_there(client, asker, product, status):
    bought_order(customer=asker, product=product)
    question = QuestionFactory(product=product, status=status, customer=asker)
    assert client.get(answer_url(question)).status_code == 404
    with pytest.raises(NotFound):
        answer_as_buyer(customer=asker, question=question, product=product, text="Mine does.")


@pytest.mark.parametrize(
    ("text", "words"), [("", "Write your answer"), ("x", "these are 1."), ("x" * 1001, "these are 1001.")]
)
def test_a_bad_answer_is_said_twice(client, asker, product, text, words):
    bought_order(customer=asker, product=product)
    response = client.post(answer_url(QuestionFactory(product=product, status="published")), {"answer": text})
    assert response.status_code == 400
    assert response.content.decode().count(words) == 2


def test_enough_is_enough(product, monkeypatch):
    monkeypatch.setattr(buyer_answers, "MOST_ANSWERS", 2)
    question = QuestionFactory(product=product, status="published")
    AnswerFactory(question=question, is_shop=True)
    AnswerFactory(question=question)
    AnswerFactory(question=question, status="held")
    AnswerFactory(question=question, status="rejected")
    buyer = UserFactory()
    bought_order(customer=buyer, product=product)
    with pytest.raises(EnoughAnswers):
        answer_as_buyer(customer=buyer, question=question, product=product, text="Mine does.")


def test_the_database_keeps_one_answer_of_each(product, monkeypatch):
    buyer = UserFactory()
    question = QuestionFactory(product=product, status="published")
    AnswerFactory(question=question, customer=buyer)
    monkeypatch.setattr(buyer_answers, "check_may_answer", lambda **kwargs: None)
    with pytest.raises(AnsweredAlready):
        answer_as_buyer(customer=buyer, question=question, product=product, text="Mine does.")
    assert Answer.objects.count() == 1


def test_who_did_not_buy_cannot_answer_in_the_service_either(product):
    question = QuestionFactory(product=product, status="published")
    with pytest.raises(NotBought):
        answer_as_buyer(customer=UserFactory(), question=question, product=product, text="Mine does.")


def test_askers_and_authors_delete_their_own_and_nobody_elses(client, asker, product):
    mine = QuestionFactory(product=product, status="published", customer=asker)
    theirs = QuestionFactory(product=product, status="published")
    my_answer = AnswerFactory(question=theirs, customer=asker)
    their_answer = AnswerFactory(question=mine)
    shops = AnswerFactory(question=theirs, is_shop=True)
    page = render(product, user=asker)
    assert page.count("Delete your question") == 1 and page.count("Delete your answer") == 1
    for url in (
        reverse("reviews:question_delete", args=[theirs.pk]),
        reverse("reviews:answer_delete", args=[their_answer.pk]),
        reverse("reviews:answer_delete", args=[shops.pk]),
    ):
        assert client.post(url).status_code == 404
    assert client.post(reverse("reviews:answer_delete", args=[my_answer.pk])).status_code == 302
    assert client.post(reverse("reviews:answer_delete", args=[my_answer.pk])).status_code == 404
    assert client.post(reverse("reviews:question_delete", args=[mine.pk])).status_code == 302
    assert [row.pk for row in Question.objects.all()] == [theirs.pk]
    assert [row.pk for row in Answer.objects.all()] == [shops.pk]
