"""Questions on the product's page."""

import pytest

from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from reviews.models import Question
from reviews.services.questions import answer_question, ask_question
from reviews.tests.factories import AnswerFactory, QuestionFactory
from reviews.tests.rendering import no_answer_for
from reviews.tests.rendering import questions_of as render
from tests.input.hostile import PAYLOAD, alive

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.mark.parametrize("count", [1, 30])
def test_two_queries_however_many_questions(product, count, django_assert_num_queries):
    for _ in range(count):
        question = QuestionFactory(product=product, status="published")
        AnswerFactory(question=question)
        AnswerFactory(question=question, is_shop=True)
    with django_assert_num_queries(2, using="documents"):
        html = render(product)
    assert html.count("<article") == min(count, 5)
    # The shop speaks first.
    assert html.index("Answered by the shop") < html.index("Bought this")


def test_pages_of_questions(product):
    QuestionFactory.create_batch(6, product=product, status="published")
    assert render(product).count("<article") == 5
    assert render(product, "?questions=2").count("<article") == 1
    assert "?variant=A&amp;questions=1#questions" in render(product, "?variant=A&questions=2")


@pytest.mark.parametrize(
    "query", ["?questions=x", "?questions=0", "?questions=-1", "?questions=1e9", "?questions=٣"]
)
def test_nonsense_in_the_address_is_no_error(product, query):
    QuestionFactory(product=product, status="published")
    assert "<section" in render(product, query)


def test_what_is_not_published_is_not_shown(product):
    QuestionFactory(product=product, status="rejected", question="Rejected words of somebody")
    QuestionFactory(product=product, status="published", is_suspended=True, question="Suspended words")
    QuestionFactory(product=ProductFactory(), status="published", question="About something else")
    html = render(product)
    assert "Nobody has asked about Field backpack yet" in html
    for words in ("Rejected words", "Suspended words", "something else"):
        assert words not in html


def test_words_stay_text_on_the_page_and_in_the_email(commit, mailoutbox, product, staff):
    asker = UserFactory(name=PAYLOAD)
    question = ask_question(customer=asker, product=product, text=PAYLOAD)
    with commit():
        answer_question(question=question, text=PAYLOAD, actor=staff)
    AnswerFactory(question=question, answer=PAYLOAD, customer_name=PAYLOAD)
    html = render(product)
    assert "hack" in html and alive(html) == []
    (part,) = mailoutbox[0].alternatives
    assert "hack" in part.content and alive(part.content) == []


def test_the_page_works_without_the_document_store(client, product):
    with no_answer_for(Question):
        assert "Questions cannot be shown right now" in render(product)
        assert client.get(product.get_absolute_url()).status_code == 200
