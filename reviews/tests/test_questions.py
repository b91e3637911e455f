"""Questions about products: asking, answering, what everybody sees, and the email to who asked."""

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import BadInput
from reviews.models import Answer, Question, QuestionEvent
from reviews.services import questions, telling
from reviews.services.questions import (
    AnsweredAlready,
    QuestionRejected,
    answer_question,
    ask_question,
    moderate_question,
)
from reviews.services.sweep import sweep
from reviews.tests.factories import AnswerFactory, QuestionFactory
from reviews.tests.rendering import questions_of as render
from tests.documents_down import documents_down

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
TEXT = "Does a 15 inch laptop fit into it?"


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


def test_while_the_document_store_is_down_the_question_stays_in_its_form(client, asker, product):
    with documents_down():
        response = client.post(ask_url(product), {"question": TEXT})
    text = response.content.decode()
    assert response.status_code == 503 and response["Retry-After"]
    assert "Yours is still here" in text and f">\n{TEXT}</textarea>" in text
    assert client.post(ask_url(product), {"question": TEXT}).status_code == 302
    assert Question.objects.get().question == TEXT


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


def test_a_lost_email_is_found_by_the_sweep_and_nobody_is_told_twice(
    mailoutbox, asker, product, staff, settings
):
    settings.BACKGROUND = "off"  # the message after commit is lost
    question = ask_question(customer=asker, product=product, text=TEXT)
    answer_question(question=question, text="It does.", actor=staff)
    assert sweep(now=timezone.now())["answers sent"] == 1
    assert sweep(now=timezone.now())["answers sent"] == 0
    assert telling.tell_asker(question.pk) is False
    assert len(mailoutbox) == 1


def test_a_mail_server_that_refuses_is_asked_again(mailoutbox, asker, product, staff, monkeypatch, settings):
    settings.BACKGROUND = "off"
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
