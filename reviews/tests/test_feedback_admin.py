"""Questions, answers and surveys on the staff site: services do the work, and words stay the customer's."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from dashboard.tests.factories import staff_with_role
from reviews.models import Answer, Question, QuestionEvent, Survey
from reviews.tests.factories import AnswerFactory, QuestionFactory, SurveyFactory
from tests.input.hostile import PAYLOAD, alive

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
QUESTIONS = "admin:reviews_question_changelist"


@pytest.fixture
def staff(client, staff):
    """Signed in."""
    client.force_login(staff)
    return staff


def change_url(row):
    return reverse(f"admin:reviews_{row._meta.model_name}_change", args=[row.pk])


def listed(client, name, query):
    return client.get(f"{reverse(name)}?{query}").context["cl"].result_count


@pytest.mark.parametrize("count", [2, 25])
@pytest.mark.parametrize("model", ["question", "answer", "survey"])
def test_lists_cost_the_same_for_few_and_many(
    client, staff, product, model, count, django_assert_max_num_queries
):
    for _ in range(count):
        AnswerFactory(question=QuestionFactory(product=product))
        SurveyFactory()
    most = 6 if model == "survey" else 4  # the figures above the list are two
    with django_assert_max_num_queries(most, using="documents"), django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:reviews_{model}_changelist")).status_code == 200


def test_the_filter_finds_what_waits_for_the_shop(client, staff, product):
    answered = QuestionFactory(product=product, status="published")
    AnswerFactory(question=answered, is_shop=True)
    Question.objects.filter(pk=answered.pk).update(answered_at=answered.asked_at)
    QuestionFactory(product=product)
    QuestionFactory(product=product, status="published")
    QuestionFactory(product=product, status="rejected")
    found = {
        query: listed(client, QUESTIONS, query) for query in ("answered=no", "answered=yes", "answered=x")
    }
    assert found == {"answered=no": 2, "answered=yes": 1, "answered=x": 4}
    assert listed(client, QUESTIONS, "q=seat") == 4


def test_an_answer_is_stored_by_the_service_and_nothing_else_can_be_changed(
    client, staff, product, commit, mailoutbox
):
    question = QuestionFactory(product=product)
    url = change_url(question)
    assert client.get(url).status_code == 200
    sent = {"answer": "It does.", "comments": "Ask the workshop", "question": "Another question?"}
    with commit():
        client.post(url, sent | {"status": "rejected"})
    question.refresh_from_db()
    assert (question.status, question.comments) == ("published", "Ask the workshop")
    assert question.question.startswith("Does it fit") and question.answered_at
    assert Answer.objects.get().answer == "It does."
    assert QuestionEvent.objects.get().actor_label == "Olive Owner"
    assert LogEntry.objects.get().object_id == str(question.pk)
    page = client.get(url).content.decode()
    assert "It does." in page and "The shop answered, Olive Owner" in page
    client.post(url, {"answer": "", "comments": ""})
    assert not Answer.objects.exists()


def test_a_refused_answer_says_why(client, staff, product):
    question = QuestionFactory(product=product, status="rejected")
    page = client.post(change_url(question), {"answer": "It does.", "comments": ""}, follow=True)
    assert "Not answered: This question is rejected" in page.content.decode()
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("action", "status"), [("reject", "rejected"), ("publish", "published"), ("hold", "held")]
)
def test_actions_moderate_questions_and_answers(client, staff, product, action, status):
    question = QuestionFactory(product=product, status="held" if action != "hold" else "published")
    answers = AnswerFactory.create_batch(
        2, question=question, status="held" if action != "hold" else "published"
    )
    for name, rows, words in (
        (QUESTIONS, [question], "1 is now"),
        ("admin:reviews_answer_changelist", answers, "2 are now"),
    ):
        chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
        assert words in client.post(reverse(name), chosen, follow=True).content.decode()
    assert Question.objects.get().status == status
    assert set(Answer.objects.values_list("status", flat=True)) == {status}
    assert QuestionEvent.objects.count() == 3


def test_the_shops_own_answers_are_not_among_those_of_buyers(client, staff, product):
    shops = AnswerFactory(question=QuestionFactory(product=product), is_shop=True)
    assert listed(client, "admin:reviews_answer_changelist", "") == 0
    assert client.get(change_url(shops)).status_code == 302


def test_deleting_a_question_takes_its_answers(client, staff, product):
    question = QuestionFactory(product=product, status="published")
    AnswerFactory(question=question)
    client.post(reverse("admin:reviews_question_delete", args=[question.pk]), {"post": "yes"})
    assert not Question.objects.exists() and not Answer.objects.exists()
    assert Question.all_objects.get().is_deleted


def test_a_merchandiser_answers_and_neither_rejects_nor_sees_addresses(client, product):
    client.force_login(staff_with_role("merchandiser"))
    question = QuestionFactory(product=product, customer_email="secret@example.com")
    page = client.get(change_url(question)).content.decode()
    assert "secret@example.com" not in page
    client.post(change_url(question), {"answer": "It does.", "comments": ""})
    assert Question.objects.get().status == "published"
    client.post(reverse(QUESTIONS), {"action": "reject", "_selected_action": [question.pk]})
    assert Question.objects.get().status == "published"
    assert client.get(reverse("admin:reviews_survey_changelist")).status_code == 403


def test_surveys_are_read_with_what_they_come_to_and_not_changed(client, staff):
    survey = SurveyFactory(comment="The note in the parcel!", overall=4, recommend=3)
    SurveyFactory(status="open", answered_at=None, overall=None, recommend=None, delivery=None)
    page = client.get(reverse("admin:reviews_survey_changelist"))
    assert page.context["cl"].result_count == 1
    html = page.content.decode()
    assert "What they come to" in html and "-100" in html and "The note in the parcel!" in html
    assert listed(client, "admin:reviews_survey_changelist", "score=low") == 1
    assert listed(client, "admin:reviews_survey_changelist", "score=high") == 0
    assert client.get(change_url(survey)).status_code == 200
    assert client.post(change_url(survey), {"overall": 1}).status_code == 403
    assert Survey.objects.get(pk=survey.pk).overall == 4


def test_words_stay_text(client, staff, product):
    question = QuestionFactory(
        product=product, question=PAYLOAD, customer_name=PAYLOAD, product_title=PAYLOAD
    )
    answer = AnswerFactory(question=question, answer=PAYLOAD, customer_name=PAYLOAD)
    AnswerFactory(question=question, is_shop=True, answer=PAYLOAD)
    survey = SurveyFactory(comment=PAYLOAD)
    for row in (question, answer, survey):
        for url in (change_url(row), reverse(f"admin:reviews_{row._meta.model_name}_changelist")):
            html = client.get(url).content.decode()
            assert "hack" in html and alive(html) == [], url
    home = client.get(reverse("admin:index")).content.decode()
    assert "hack" in home and alive(home) == []
