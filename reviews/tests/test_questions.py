"""Questions about products: asking, answering, what everybody sees, and the email to who asked."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from customers.tests.factories import StaffFactory, UserFactory
from ecommerce.lib.errors import BadInput, NotFound
from reviews.models import Answer, Question, QuestionEvent
from reviews.services import buyer_answers, questions, telling
from reviews.services.buyer_answers import EnoughAnswers, answer_as_buyer, moderate_answer
from reviews.services.questions import (
    AnsweredAlready,
    QuestionRejected,
    answer_question,
    ask_question,
    moderate_question,
)
from reviews.services.reviews import NotBought
from reviews.services.sweep import sweep
from reviews.tests.factories import AnswerFactory, QuestionFactory, bought_order
from tests.input.hostile import PAYLOAD, alive

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
TEXT = "Does a 15 inch laptop fit into it?"


@pytest.fixture
def product():
    return ProductFactory(name="Field backpack")


@pytest.fixture
def asker(client):
    user = UserFactory(name="Ada Bauer")
    client.force_login(user)
    return user


@pytest.fixture
def staff():
    return StaffFactory(name="Olive Owner")


def render(product, query="", user=None):
    request = RequestFactory().get(f"/product/x/{query}")
    request.user = user or AnonymousUser()
    template = Template("{% load questions %}{% product_questions product %}")
    return template.render(Context({"request": request, "product": product}))


def ask_url(product):
    return reverse("reviews:ask", args=[product.slug])


# --- Asking -----------------------------------------------------------------------------------


def test_a_question_waits_and_only_its_asker_sees_it(client, asker, product):
    response = client.post(ask_url(product), {"question": f"  {TEXT}\r\n"})
    assert (response.status_code, response.url) == (302, product.get_absolute_url() + "#questions")
    question = Question.objects.get()
    assert (question.question, question.status) == (TEXT, "held")
    assert (question.customer_id, question.product_title) == (str(asker.customer_id), "Field backpack")
    assert TEXT not in render(product)
    assert "Only you see it" in client.get(product.get_absolute_url()).content.decode()
    assert [event.message for event in QuestionEvent.objects.all()] == ["Asked"]


def test_the_same_words_again_are_the_same_question(client, asker, product):
    for text in (TEXT, TEXT, f" {TEXT.upper()} "):
        assert client.post(ask_url(product), {"question": text}).status_code == 302
    assert Question.objects.count() == 1
    ask_question(customer=UserFactory(), product=product, text=TEXT)
    assert Question.objects.count() == 2


def test_the_database_keeps_what_two_at_once_would_write_once(asker, product, monkeypatch):
    first = ask_question(customer=asker, product=product, text=TEXT)
    # The second looked before the first had written.
    looks = iter([Question.objects.none()])
    real = type(Question.objects).filter
    monkeypatch.setattr(
        type(Question.objects), "filter", lambda self, *a, **k: next(looks, None) or real(self, *a, **k)
    )
    assert ask_question(customer=asker, product=product, text=TEXT).pk == first.pk
    monkeypatch.undo()
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write at least 10 characters"),
        ("Too short", "Write at least 10 characters; these are 9."),
        ("   spaces      ", "these are 6."),
        ("x" * 501, "Write at most 500 characters; these are 501."),
    ],
)
def test_bad_input_is_said_twice_and_nothing_is_kept(client, asker, product, text, words):
    response = client.post(ask_url(product), {"question": text})
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count(words) == 2
    assert "<title>Error: Ask about Field backpack" in page
    assert not Question.objects.exists()


def test_too_many_questions_are_refused_for_a_while(client, asker, product):
    for number in range(questions.ASKED_PER_HOUR):
        assert client.post(ask_url(product), {"question": f"{TEXT} {number}"}).status_code == 302
    response = client.post(ask_url(product), {"question": f"{TEXT} once more"})
    assert response.status_code == 429
    assert "tried too often" in response.content.decode()
    assert Question.objects.count() == questions.ASKED_PER_HOUR


def test_visitors_sign_in_first_and_unknown_products_are_404(client, product):
    assert client.get(ask_url(product)).url == f"{reverse('account_login')}?next={ask_url(product)}"
    client.force_login(UserFactory())
    assert client.get(ask_url(product)).status_code == 200
    assert client.get(reverse("reviews:ask", args=["nothing"])).status_code == 404
    Product.objects.filter(pk=product.pk).update(status="draft")
    assert client.post(ask_url(product), {"question": TEXT}).status_code == 404


def test_who_has_no_email_address_can_ask_too(product):
    user = UserFactory(email=None, phone="+4915112345678")
    assert ask_question(customer=user, product=product, text=TEXT).customer_email == ""


# --- The shop's answer --------------------------------------------------------------------------


def test_the_shops_answer_shows_the_question_and_is_emailed_once(commit, mailoutbox, asker, product, staff):
    question = ask_question(customer=asker, product=product, text=TEXT)
    with commit():
        answer_question(question=question, text=" It does. ", actor=staff)
        assert mailoutbox == []
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([asker.email], "Your question about Field backpack is answered")
    assert "It does." in mail.body and f"{product.get_absolute_url()}#questions" in mail.body
    page = render(product)
    assert TEXT in page and "It does." in page and "Answered by the shop" in page
    assert "Ada" in page and "Bauer" not in page and "Olive" not in page

    with commit():
        answer_question(question=question, text="It does.", actor=staff)
        answer_question(question=question, text="It does, up to 36 cm.", actor=staff)
    assert len(mailoutbox) == 1
    assert Answer.objects.get().answer == "It does, up to 36 cm."
    story = [(event.kind, event.actor_label) for event in QuestionEvent.objects.order_by("at")]
    assert story == [("asked", "Customer"), ("answered", "Olive Owner"), ("answer_changed", "Olive Owner")]


def test_an_answer_can_be_taken_away(asker, product, staff):
    question = ask_question(customer=asker, product=product, text=TEXT)
    question = answer_question(question=question, text="It does.", actor=staff)
    assert question.answered_at and question.status == "published"
    answer_question(question=question, text="", actor=staff)
    assert not Answer.objects.exists()
    assert Question.objects.unanswered().count() == 1
    assert "No answer yet." in render(product)


def test_an_answer_that_is_too_long_and_one_to_a_rejected_question_are_refused(product, staff):
    question = QuestionFactory(product=product)
    with pytest.raises(BadInput, match="1001"):
        answer_question(question=question, text="x" * 1001, actor=staff)
    moderate_question(question=question, status="rejected", actor=staff)
    with pytest.raises(QuestionRejected):
        answer_question(question=question, text="It does.", actor=staff)
    assert not Answer.objects.exists()


def test_two_colleagues_at_once_give_one_answer(product, staff, monkeypatch):
    question = QuestionFactory(product=product)
    AnswerFactory(question=question, is_shop=True)
    # The second looked before the first had written.
    monkeypatch.setattr(type(Answer.objects.all()), "first", lambda self: None)
    with pytest.raises(AnsweredAlready):
        answer_question(question=question, text="It does not.", actor=staff)
    assert Answer.objects.get().answer != "It does not."


def test_a_crash_after_the_answer_is_put_right_by_answering_again(commit, mailoutbox, asker, product, staff):
    question = ask_question(customer=asker, product=product, text=TEXT)
    AnswerFactory(question=question, is_shop=True, answer="It does.")
    assert Question.objects.unanswered().count() == 1
    with commit():
        answer_question(question=question, text="It does.", actor=staff)
    assert Question.objects.unanswered().count() == 0
    assert len(mailoutbox) == 1


def test_a_lost_email_is_found_by_the_sweep_and_nobody_is_told_twice(mailoutbox, asker, product, staff):
    from django.utils import timezone

    question = ask_question(customer=asker, product=product, text=TEXT)
    answer_question(question=question, text="It does.", actor=staff)  # the message after commit is lost
    assert sweep(now=timezone.now())["answers sent"] == 1
    assert sweep(now=timezone.now())["answers sent"] == 0
    assert telling.tell_asker(question.pk) is False
    assert len(mailoutbox) == 1


def test_a_mail_server_that_refuses_is_asked_again(mailoutbox, asker, product, staff, monkeypatch):
    from django.utils import timezone

    question = ask_question(customer=asker, product=product, text=TEXT)
    answer_question(question=question, text="It does.", actor=staff)
    with monkeypatch.context() as broken:
        broken.setattr(telling, "send_email", lambda **kwargs: 1 / 0)
        assert telling.tell_asker(question.pk) is False
    assert Question.objects.get().told_at is None
    assert sweep(now=timezone.now())["answers sent"] == 1


def test_closed_accounts_are_not_written_to(mailoutbox, asker, product, staff):
    question = ask_question(customer=asker, product=product, text=TEXT)
    asker.is_active = False
    asker.save()
    answer_question(question=question, text="It does.", actor=staff)
    assert telling.tell_asker(question.pk) is False
    assert mailoutbox == [] and Question.objects.get().told_at


# --- Answers of buyers ----------------------------------------------------------------------------


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


# --- Taking back ----------------------------------------------------------------------------------


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


# --- The product page --------------------------------------------------------------------------------


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
    with connections["documents"].cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_question RENAME TO questions_away")
    assert "Questions cannot be shown right now" in render(product)
    assert client.get(product.get_absolute_url()).status_code == 200


def test_a_store_that_reviews_could_not_reach_is_not_asked_again(product, django_assert_num_queries):
    request = RequestFactory().get("/product/x/")
    request.user = AnonymousUser()
    request.documents_are_away = True
    template = Template("{% load questions %}{% product_questions product %}")
    with django_assert_num_queries(0, using="documents"):
        html = template.render(Context({"request": request, "product": product}))
    assert "Questions cannot be shown right now" in html
