"""The survey of an order: answering, changing, and the link to it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.errors import BadInput
from orders.models import Order
from orders.services.fulfilment import deliver_order
from orders.tests.factories import shipped_order
from reviews.models import Survey
from reviews.services.survey_links import survey_path
from reviews.services.surveys import SurveyClosed, answer_survey
from reviews.tests.factories import delivered_order
from reviews.tests.rendering import no_answer_for
from tests.input.hostile import PAYLOAD, alive

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
GOOD = {"overall": "4", "recommend": "9", "delivery": "5", "comment": "The note in the parcel!"}


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
    order = delivered_order(days=91)
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
    others = survey_path(delivered_order()).rstrip("/").rsplit("/", 1)[1]
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


def test_without_the_document_store_the_page_says_so_and_keeps_what_was_typed(client, order):
    arrived = deliver_order(order=shipped_order())
    with no_answer_for(Survey):
        response = client.get(survey_path(order))
        assert response.status_code == 503 and "nothing was saved" in response.content.decode()
        response = client.post(survey_path(order), GOOD)
        text = response.content.decode()
        assert response.status_code == 503 and "Yours are still here" in text and GOOD["comment"] in text
        assert survey_path(arrived) in client.get(arrived.get_absolute_url()).content.decode()
    assert client.post(survey_path(order), GOOD).status_code == 302


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
def test_the_same_answers_sent_at_once_give_one_row():
    order = delivered_order()
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
