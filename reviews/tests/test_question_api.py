"""Questions for programs: asking with a token, and the list that everybody reads."""

import pytest

from catalog.models import Product
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from reviews.models import Question
from reviews.services.questions import ASKED_PER_HOUR, answer_question
from reviews.tests.factories import AnswerFactory, QuestionFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
TEXT = "Does a 15 inch laptop fit into it?"


@pytest.fixture
def customer():
    return UserFactory(name="Ada Bauer")


def path(product, slash=""):
    return f"/api/products/{product.pk}/questions{slash}"


def ask(client, product, customer, text=TEXT, slash=""):
    headers = {"authorization": f"Bearer {issue_token(user=customer)}"}
    body = {"question": text}
    return client.post(path(product, slash), body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_question_is_asked_answered_and_listed(client, product, customer, slash):
    asked = ask(client, product, customer, slash=slash)
    assert asked.status_code == 201
    question = Question.objects.get()
    wanted = {"message": "Question received", "question_id": question.pk, "status": "Waiting"}
    assert asked.json() == wanted
    assert client.get(path(product, slash)).json()["count"] == 0

    answer_question(question=question, text="It does.", actor=StaffFactory())
    AnswerFactory(question=question, customer=UserFactory(name="Nora Nagel"), answer="Mine does.")
    AnswerFactory(question=question, status="held", answer="Not for everybody yet.")
    listed = client.get(path(product, slash)).json()
    assert (listed["count"], listed["next"], listed["previous"]) == (1, None, None)
    (shown,) = listed["results"]
    assert (shown["question"], shown["asked_by"]) == (TEXT, "Ada")
    assert shown["asked_at"].endswith("Z")
    assert [(one["answer"], one["by_shop"], one["answered_by"]) for one in shown["answers"]] == [
        ("It does.", True, ""),
        ("Mine does.", False, "Nora"),
    ]
    assert customer.email not in str(listed)


def test_asking_the_same_again_answers_the_same(client, product, customer):
    first, second = ask(client, product, customer).json(), ask(client, product, customer).json()
    assert first == second
    assert Question.objects.count() == 1


def test_visitors_read_and_do_not_ask(client, product):
    refused = client.post(path(product), {"question": TEXT}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert client.get(path(product)).status_code == 200


@pytest.mark.parametrize(
    "text", ["Why?", "  Why?            ", "x" * 501, "", None, ["Does it fit into it?"]]
)
def test_bad_input_names_the_field(client, product, customer, text):
    refused = ask(client, product, customer, text)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert "question" in refused.json()["errors"]
    assert not Question.objects.exists()


def test_too_many_are_refused_with_a_time_to_come_back(client, product, customer):
    for number in range(ASKED_PER_HOUR):
        assert ask(client, product, customer, f"{TEXT} {number}").status_code == 201
    refused = ask(client, product, customer, "And one more question about it?")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_products_that_are_not_sold_have_no_questions(client, product, customer):
    QuestionFactory(product=product, status="published")
    Product.objects.filter(pk=product.pk).update(status="draft")
    assert client.get(path(product)).status_code == 404
    assert ask(client, product, customer).status_code == 404


@pytest.mark.parametrize("count", [2, 24])
def test_the_list_takes_three_queries(client, product, count, django_assert_num_queries):
    for _ in range(count):
        AnswerFactory(question=QuestionFactory(product=product, status="published"))
    with django_assert_num_queries(3, using="documents"):
        assert len(client.get(path(product)).json()["results"]) == count


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=101"])
def test_odd_pages_are_refused(client, product, query):
    assert client.get(f"{path(product)}?{query}").status_code == 400
