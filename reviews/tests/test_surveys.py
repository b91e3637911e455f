"""The survey of an order: who is asked and when, what is kept, and what it comes to."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import BadInput
from ecommerce.lib.personal_data import erased_email
from orders.models import Order
from orders.services.fulfilment import deliver_order
from orders.tests.factories import shipped_order
from reviews.figures import survey_figures
from reviews.models import Survey
from reviews.services import survey_emails
from reviews.services.survey_emails import ask_due, send_survey
from reviews.services.survey_links import survey_path, survey_url
from reviews.services.surveys import SurveyClosed, answer_survey, stop_asking
from reviews.tests.factories import SurveyFactory, bought_order
from tests.input.hostile import PAYLOAD, alive

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
GOOD = {"overall": "4", "recommend": "9", "delivery": "5", "comment": "The note in the parcel!"}


def delivered(days=8, **fields):
    """An order that arrived so many days ago, of somebody with an account."""
    at = timezone.now() - timedelta(days=days)
    customer = fields.pop("customer", None) or UserFactory(name="Ada Bauer")
    return bought_order(customer=customer, product=ProductFactory(), delivered_at=at, **fields)


@pytest.fixture
def order():
    return delivered()


# --- Asking -----------------------------------------------------------------------------------


def test_a_delivered_order_is_asked_about_once_after_some_days(mailoutbox, settings):
    settings.SURVEY_DAYS = 7
    early, due = delivered(days=6), delivered(days=8)
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
    order = delivered()
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
    stopped = delivered()
    stop_asking(order=stopped)
    stop_asking(order=stopped)
    another = delivered(customer=stopped.customer)
    assert ask_due(now=timezone.now()) == 0
    assert mailoutbox == []
    assert Survey.objects.get(order_id=another.pk).status == "not_sent"
    # An erasure does not forget it.
    Survey.objects.update(customer_email=erased_email(stopped.email))
    delivered(customer=stopped.customer)
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
        order = delivered()
        SurveyFactory(order_id=order.pk)
    with django_assert_num_queries(2, using="documents"), django_assert_num_queries(1):
        assert ask_due(now=timezone.now()) == 0


# --- Answering ----------------------------------------------------------------------------------


def test_answers_are_kept_once_and_can_be_changed_by_the_same_link(client, order):
    path = survey_path(order)
    page = client.get(path).content.decode()
    assert "How was it?" in page and order.token not in page
    response = client.post(path, GOOD)
    assert (response.status_code, response.url) == (302, f"{path}thanks/")
    assert "Thank you" in client.get(response.url).content.decode()
    survey = Survey.objects.get()
    assert (survey.overall, survey.recommend, survey.delivery) == (4, 9, 5)
    assert (survey.comment, survey.status) == ("The note in the parcel!", "answered")
    assert survey.customer_id == str(order.customer.customer_id)

    again = client.get(path).content.decode()
    assert "The note in the parcel!" in again and "Change the answers" in again
    first = survey.answered_at
    client.post(path, GOOD | {"overall": "2", "comment": ""})
    survey = Survey.objects.get()
    assert (survey.overall, survey.comment, survey.answered_at) == (2, "", first)


def test_only_the_stars_are_needed(client, order):
    assert client.post(survey_path(order), {"overall": "1"}).status_code == 302
    survey = Survey.objects.get()
    assert (survey.overall, survey.recommend, survey.delivery, survey.comment) == (1, None, None, "")


def test_thirty_days_later_nothing_can_be_changed(client, order):
    answer_survey(order=order, overall=5)
    Survey.objects.update(answered_at=timezone.now() - timedelta(days=30))
    page = client.get(survey_path(order))
    assert page.status_code == 200 and "can no longer be changed" in page.content.decode()
    assert client.post(survey_path(order), GOOD).status_code == 409
    with pytest.raises(SurveyClosed):
        answer_survey(order=order, overall=1)
    assert Survey.objects.get().overall == 5


def test_an_old_delivery_is_not_asked_about(client):
    order = delivered(days=91)
    assert "no longer asked about" in client.get(survey_path(order)).content.decode()
    assert client.post(survey_path(order), GOOD).status_code == 409
    assert not Survey.objects.exists()


@pytest.mark.parametrize("change", [{"status": "refunded"}, {"status": "shipped"}])
def test_orders_that_are_not_here_to_stay_are_closed(client, order, change):
    Order.objects.filter(pk=order.pk).update(**change)
    assert client.get(survey_path(order)).status_code == 200
    assert client.post(survey_path(order), GOOD).status_code == 409
    assert not Survey.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"overall": ""}, "Choose 1 to 5 stars"),
        ({"overall": "6"}, "Choose 1 to 5 stars"),
        ({"overall": "4.5"}, "Choose 1 to 5 stars"),
        ({"recommend": "11"}, "Choose a number from 0 to 10"),
        ({"recommend": "-1"}, "Choose a number from 0 to 10"),
        ({"delivery": "0"}, "Choose 1 to 5 stars"),
        ({"comment": "x" * 1001}, "these are 1001."),
    ],
)
def test_bad_input_is_said_twice_and_nothing_is_kept(client, order, change, words):
    response = client.post(survey_path(order), GOOD | change)
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count(words) == 2
    assert f"<title>Error: How was order {order.number}?" in page
    assert not Survey.objects.exists()


@pytest.mark.parametrize("value", [0, 6, True, "5", 4.5])
def test_the_service_checks_numbers_itself(order, value):
    with pytest.raises(BadInput):
        answer_survey(order=order, overall=value)
    assert not Survey.objects.exists()


@pytest.mark.parametrize("spoil", [lambda key: key[:-1], lambda key: "0" * 40, lambda key: "ü" * 40])
def test_who_has_not_the_link_finds_nothing(client, order, spoil):
    key = survey_path(order).rstrip("/").rsplit("/", 1)[1]
    others = survey_path(delivered()).rstrip("/").rsplit("/", 1)[1]
    for wrong in (spoil(key), others):
        for name in ("survey", "survey_thanks"):
            assert client.get(reverse(f"reviews:{name}", args=[order.number, wrong])).status_code == 404
        assert client.post(reverse("reviews:survey", args=[order.number, wrong]), GOOD).status_code == 404
        assert client.post(reverse("reviews:survey_stop", args=[order.number, wrong])).status_code == 404
    assert client.get(reverse("reviews:survey", args=["NOTHING1", key])).status_code == 404
    assert not Survey.objects.exists()


def test_the_link_survives_a_new_key_of_the_shop_and_ends_with_the_orders_own(client, order, settings):
    path = survey_path(order)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-tests"
    assert survey_path(order) != path
    assert client.get(path).status_code == 200
    Order.objects.filter(pk=order.pk).update(token="renewed-by-an-erasure")
    assert client.get(path).status_code == 404


def test_the_page_has_a_way_out(client, order):
    path = survey_path(order)
    assert client.post(f"{path}stop/").status_code == 302
    assert Survey.objects.get().stopped_at
    assert "We do not send you emails" in client.get(path).content.decode()


def test_the_orders_page_leads_to_it_while_it_is_open(client):
    def page(order):
        return client.get(order.get_absolute_url()).content.decode()

    order = deliver_order(order=shipped_order())
    assert survey_path(order) in page(order)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.REFUNDED)
    assert survey_path(order) not in page(order)
    late = timezone.now() - timedelta(days=91)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.DELIVERED, delivered_at=late)
    assert "/survey/" not in page(order)


def test_words_stay_text(client, order):
    answer_survey(order=order, overall=5, comment=PAYLOAD)
    page = client.get(survey_path(order)).content.decode()
    assert "hack" in page and alive(page) == []


def test_without_the_document_store_the_page_says_so(client, order):
    with connections["documents"].cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_survey RENAME TO surveys_away")
    for response in (client.get(survey_path(order)), client.post(survey_path(order), GOOD)):
        assert response.status_code == 503
        assert "nothing was saved" in response.content.decode()
    assert client.get(shipped_order().get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_the_same_answers_sent_at_once_give_one_row():
    order = delivered()
    rivals, failed = 6, []
    barrier = Barrier(rivals)

    def answer(number):
        try:
            barrier.wait()
            answer_survey(order=order, overall=1 + number % 5, comment=f"Number {number}")
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=answer, args=[number]) for number in range(rivals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    survey = Survey.all_objects.get()
    # All of one answer, not the stars of one with the words of another.
    assert survey.overall == 1 + int(survey.comment.split()[1]) % 5


# --- What it comes to ---------------------------------------------------------------------------------


def test_the_figures_of_thirty_and_ninety_days():
    now = timezone.now()
    for overall, recommend, days in ((5, 10, 1), (4, 9, 2), (3, 8, 3), (1, 0, 40), (5, None, 50), (1, 1, 91)):
        at = now - timedelta(days=days)
        SurveyFactory(overall=overall, recommend=recommend, delivery=None, answered_at=at, sent_at=at)
    SurveyFactory(status="open", overall=None, recommend=None, delivery=None, answered_at=None, sent_at=now)
    month, quarter = survey_figures(now=now)
    assert (month.answers, str(month.average), month.nps, month.asked) == (3, "4.0", 67, 4)
    assert (quarter.answers, str(quarter.average), quarter.nps, quarter.asked) == (5, "3.6", 25, 6)
    assert month.delivery is None and month.nps_words == "+67"


def test_without_answers_there_are_no_figures():
    month, quarter = survey_figures(now=timezone.now())
    assert (month.answers, month.average, month.nps, month.nps_words) == (0, None, None, "")
    assert quarter.asked == 0


@pytest.mark.parametrize("count", [2, 20])
def test_figures_take_four_queries(count, django_assert_num_queries):
    SurveyFactory.create_batch(count)
    with django_assert_num_queries(4, using="documents"):
        survey_figures(now=timezone.now())
