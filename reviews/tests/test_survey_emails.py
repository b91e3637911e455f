"""Who is asked how an order was, when, and that it is once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ecommerce.lib.personal_data import erased_email
from orders.models import Order
from reviews.models import Survey
from reviews.services import survey_emails
from reviews.services.survey_emails import ask_due, send_survey
from reviews.services.survey_links import survey_url
from reviews.services.surveys import answer_survey, stop_asking
from reviews.tests.factories import SurveyFactory, delivered_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_a_delivered_order_is_asked_about_once_after_some_days(mailoutbox, settings):
    settings.SURVEY_DAYS = 7
    early, due = delivered_order(days=6), delivered_order(days=8)
    assert ask_due(now=timezone.now()) == 1
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([due.email], f"How was order {due.number}?")
    assert survey_url(due) in mail.body
    assert due.token not in mail.body and due.token not in mail.alternatives[0].content
    assert ask_due(now=timezone.now()) == 0
    assert ask_due(now=timezone.now() + timedelta(days=2)) == 1
    assert [mail.to[0] for mail in mailoutbox] == [due.email, early.email]
    assert Survey.objects.count() == 2


def test_guests_are_asked_too(mailoutbox):
    order = delivered_order()
    Order.objects.filter(pk=order.pk).update(customer=None, email="Guest@Example.com")
    ask_due(now=timezone.now())
    assert mailoutbox[0].to == ["Guest@Example.com"]
    survey = Survey.objects.get()
    assert (survey.customer_id, survey.customer_email) == ("", "guest@example.com")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"status": "refunded"},
        {"status": "shipped"},
        {"payment_status": "refunded"},
        {"delivered_at": timezone.now() - timedelta(days=40)},
        {"placed_at": timezone.now() - timedelta(days=200)},
        {"email": erased_email("ada@example.com")},
        {"is_deleted": True},
    ],
)
def test_who_is_not_asked(mailoutbox, order, change):
    Order.all_objects.filter(pk=order.pk).update(**change)
    assert ask_due(now=timezone.now()) == 0
    assert mailoutbox == []


def test_zero_days_ask_nobody(mailoutbox, order, settings):
    settings.SURVEY_DAYS = 0
    assert ask_due(now=timezone.now()) == 0
    assert mailoutbox == [] and not Survey.objects.exists()


def test_an_order_that_goes_back_before_its_email_leaves_gets_none(mailoutbox, order, monkeypatch):
    monkeypatch.setattr(survey_emails, "send_survey", lambda pk, now: False)
    ask_due(now=timezone.now())
    Order.objects.filter(pk=order.pk).update(status=Order.Status.REFUNDED)
    monkeypatch.undo()
    assert ask_due(now=timezone.now()) == 0
    assert Survey.objects.get().status == "not_sent"
    Order.objects.filter(pk=order.pk).update(status=Order.Status.DELIVERED)
    assert ask_due(now=timezone.now()) == 0
    assert mailoutbox == []


def test_who_has_answered_or_wants_none_is_not_asked(mailoutbox, order):
    answer_survey(order=order, overall=5)
    stopped = delivered_order()
    stop_asking(order=stopped)
    stop_asking(order=stopped)
    another = delivered_order(customer=stopped.customer)
    assert ask_due(now=timezone.now()) == 0
    assert mailoutbox == []
    assert Survey.objects.get(order_id=another.pk).status == "not_sent"
    # An erasure does not forget it.
    Survey.objects.update(customer_email=erased_email(stopped.email))
    delivered_order(customer=stopped.customer)
    assert ask_due(now=timezone.now()) == 0


def test_a_mail_server_that_refuses_is_asked_again(mailoutbox, order, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(survey_emails, "send_email", lambda **kwargs: 1 / 0)
        assert ask_due(now=timezone.now()) == 0
    assert ask_due(now=timezone.now()) == 1
    assert len(mailoutbox) == 1


def test_a_worker_that_died_while_sending_is_followed_by_another(mailoutbox, order):
    now = timezone.now()
    survey = SurveyFactory(
        order_id=order.pk, status="open", answered_at=None, overall=None, sent_at=None, claimed_at=now
    )
    assert send_survey(survey.pk, now=now + timedelta(minutes=1)) is False
    assert send_survey(survey.pk, now=now + timedelta(minutes=6)) is True
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("count", [1, 12])
def test_the_search_for_orders_takes_the_same_queries(count, django_assert_num_queries):
    for _ in range(count):
        order = delivered_order()
        SurveyFactory(order_id=order.pk)
    with django_assert_num_queries(2, using="documents"), django_assert_num_queries(1):
        assert ask_due(now=timezone.now()) == 0
