"""One delivery after the other: signatures, tries again, endings, and what is never said."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from customers.tests.factories import StaffFactory
from webhooks.models import Attempt, Delivery, Endpoint, Event
from webhooks.services import sending, signing
from webhooks.services.repeating import replay, send_test
from webhooks.services.schedule import DELAYS, next_try
from webhooks.services.subscribing import change, rotate
from webhooks.services.sweep import KEPT, sweep

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def the_delivery():
    return Delivery.objects.select_related("event", "endpoint").get()


def test_the_message_is_what_the_specification_says(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    with commit():
        send_test(endpoint=endpoint)
    (request,), (message,) = receiver.requests, receiver.verified
    event = Event.objects.get()
    assert request["headers"]["webhook-id"] == event.public_id == message["id"]
    assert request["headers"]["content-type"] == "application/json"
    assert request["body"].decode() == event.payload
    assert set(message) == {"id", "type", "created_at", "data"} and message["type"] == "webhook.test"
    (attempt,) = Attempt.objects.all()
    assert (attempt.status_code, attempt.answer, the_delivery().state) == (200, "thanks", "delivered")


def test_it_is_tried_again_by_the_schedule_and_given_up_at_its_end(commit, receiver, subscribed, mailoutbox):
    endpoint = subscribed("order.paid")
    receiver.status = 500
    with time_machine.travel(START, tick=False) as clock:
        with commit():
            send_test(endpoint=endpoint)
        assert (the_delivery().state, the_delivery().attempts) == ("failed", 1)
        for number, delay in enumerate(DELAYS, start=1):
            wait = the_delivery().next_try_at - timezone.now()
            assert timedelta(seconds=delay) <= wait <= timedelta(seconds=delay * 1.1)
            clock.shift(wait - timedelta(seconds=1))
            sweep(now=timezone.now())
            assert len(receiver.requests) == number
            clock.shift(timedelta(seconds=1))
            sweep(now=timezone.now())
            assert len(receiver.requests) == number + 1
        clock.shift(timedelta(days=1))
        sweep(now=timezone.now())
    assert (the_delivery().state, len(receiver.requests)) == ("given_up", 10)
    # The same message each time, signed anew: a receiver refuses signatures that are minutes old.
    assert len(receiver.verified) == 10 and len({one["id"] for one in receiver.verified}) == 1
    assert len({one["headers"]["webhook-timestamp"] for one in receiver.requests}) == 10
    assert Attempt.objects.filter(status_code=500).count() == 10 and not mailoutbox


def test_an_endpoint_may_ask_for_time():
    day = timedelta(days=1)
    assert next_try(1, now=START, retry_after="120") == START + timedelta(seconds=120)
    in_an_hour = format_datetime(START + timedelta(hours=1), usegmt=True)
    assert next_try(1, now=START, retry_after=in_an_hour) == START + timedelta(hours=1)
    assert next_try(1, now=START, retry_after="99999999999") == START + day
    for nonsense in ("-5", "soon", "", "²"):
        assert next_try(1, now=START, retry_after=nonsense) < START + timedelta(seconds=6)
    assert next_try(10, now=START, retry_after="120") is None


def test_retry_after_of_an_answer_is_kept(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    receiver.answer = lambda message: (503, {"Retry-After": "3600"}, b"later")
    with time_machine.travel(START, tick=False), commit():
        send_test(endpoint=endpoint)
    assert the_delivery().next_try_at == START + timedelta(hours=1)


def test_after_five_days_of_failures_it_is_given_up_and_its_maker_told(
    commit, receiver, subscribed, mailoutbox
):
    maker = StaffFactory(name="Mo Maker")
    endpoint = subscribed("order.paid", description="Warehouse", actor=maker)
    receiver.status = 500
    with time_machine.travel(START, tick=False) as clock:
        with commit():
            send_test(endpoint=endpoint)
        clock.shift(timedelta(days=5, seconds=1))
        with commit():
            sweep(now=timezone.now())
        sweep(now=timezone.now())
        endpoint.refresh_from_db()
        assert endpoint.state == "Given up" and "five days" in endpoint.disabled_why
        (mail,) = mailoutbox
        assert mail.to == [maker.email] and "Warehouse" in mail.subject
        assert f"/admin/webhooks/endpoint/{endpoint.pk}/change/" in mail.body
        assert receiver.url not in mail.body

        # Nothing is sent there any more, until somebody switches it on: then what is owed goes out.
        asked = len(receiver.requests)
        Delivery.objects.update(next_try_at=timezone.now())
        sweep(now=timezone.now())
        assert len(receiver.requests) == asked
        receiver.status = 200
        change(endpoint=endpoint, active=True)
        sweep(now=timezone.now())
        assert the_delivery().state == "delivered" and Endpoint.objects.get().failing_since is None


def test_410_is_the_end_at_once(commit, receiver, subscribed, mailoutbox):
    endpoint = subscribed("order.paid", actor=StaffFactory())
    receiver.status = 410
    with commit():
        send_test(endpoint=endpoint)
    endpoint.refresh_from_db()
    assert "410" in endpoint.disabled_why and the_delivery().state == "given_up" and len(mailoutbox) == 1


def test_a_mail_server_that_is_down_does_not_lose_the_notice(
    commit, receiver, subscribed, mailoutbox, monkeypatch
):
    endpoint = subscribed("order.paid", actor=StaffFactory())
    receiver.status = 410

    def down(**kwargs):
        raise OSError("no mail server")

    with time_machine.travel(START, tick=False) as clock:
        with monkeypatch.context() as patch:
            patch.setattr("webhooks.services.notices.send_email", down)
            with commit():
                send_test(endpoint=endpoint)
        assert sweep(now=timezone.now())["webhook_makers_told"] == 0
        clock.shift(timedelta(minutes=10))
        assert sweep(now=timezone.now())["webhook_makers_told"] == 1
    assert len(mailoutbox) == 1


def test_while_a_secret_is_replaced_both_sign(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    (old,) = receiver.secrets
    with time_machine.travel(START, tick=False) as clock:
        new = rotate(endpoint=endpoint)
        with commit():
            send_test(endpoint=endpoint)
        clock.shift(timedelta(hours=23))
        with commit():
            send_test(endpoint=endpoint)
        for request in receiver.requests:
            assert len(request["headers"]["webhook-signature"].split()) == 2
        latest = receiver.requests[-1]
        for secret in (old, new):
            Webhook(secret).verify(latest["body"], latest["headers"])
        clock.shift(timedelta(hours=1))
        sweep(now=timezone.now())
        with commit():
            send_test(endpoint=endpoint)
        receiver.secrets[:] = [new]
        latest = receiver.requests[-1]
        assert Webhook(new).verify(latest["body"], latest["headers"])
    assert len(latest["headers"]["webhook-signature"].split()) == 1
    assert Endpoint.objects.get().sealed_old_secret == ""


def test_a_replay_keeps_the_id_also_of_what_arrived(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    with commit():
        send_test(endpoint=endpoint)
    with commit():
        replay(delivery=the_delivery())
    assert len(receiver.verified) == 2 and len({one["id"] for one in receiver.verified}) == 1
    assert the_delivery().state == "delivered" and Attempt.objects.count() == 2


def test_a_dead_endpoint_keeps_nobody_waiting(commit, receiver, subscribed, monkeypatch):
    """It is asked once a round, after those that work, and its new events are left to the sweep."""
    dead = subscribed("order.paid")
    receiver.answer = lambda message: (500 if message["data"]["webhook_id"] == dead.pk else 200, {}, b"")
    for _ in range(3):
        with commit():
            send_test(endpoint=dead)
    asked = len(receiver.requests)
    sending.send_event(Event.objects.latest("pk").pk)
    assert len(receiver.requests) == asked
    well = subscribed("order.paid", path="&well=1")
    send_test(endpoint=well)
    monkeypatch.setattr(sending, "_SHARE", 2)
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert sweep(now=timezone.now())["webhooks_delivered"] == 1
    assert [message["data"]["webhook_id"] for message in receiver.verified[asked:]] == [well.pk, dead.pk]
    receiver.answer = None
    Delivery.objects.filter(state="failed").update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert [sweep(now=timezone.now())["webhooks_delivered"] for _ in range(3)] == [2, 1, 0]


def test_long_answers_and_redirects_lead_nowhere(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    receiver.answer = lambda message: (500, {}, b"x" * 1_000_000)
    with commit():
        send_test(endpoint=endpoint)
    assert Attempt.objects.get().answer == "x" * 500
    receiver.answer = lambda message: (307, {"Location": receiver.url}, b"")
    with commit():
        replay(delivery=the_delivery())
    assert len(receiver.requests) == 2
    assert "redirect" in the_delivery().last_answer and the_delivery().state == "failed"


def test_no_answer_is_said_in_words_without_the_address(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    receiver.stop()
    with commit():
        send_test(endpoint=endpoint)
    delivery = the_delivery()
    assert (delivery.last_status, delivery.last_answer) == (None, "It could not be reached, or hung up.")


def test_old_events_are_forgotten_with_their_log(commit, receiver, subscribed):
    endpoint = subscribed("order.paid")
    with time_machine.travel(START, tick=False) as clock:
        with commit():
            send_test(endpoint=endpoint)
        clock.shift(KEPT)
        assert sweep(now=timezone.now())["old_events_forgotten"] == 0
        clock.shift(timedelta(seconds=1))
        assert sweep(now=timezone.now())["old_events_forgotten"] == 1
    assert not Attempt.objects.exists() and not Delivery.objects.exists()


def test_secrets_are_encrypted_and_never_logged(commit, receiver, subscribed, settings, caplog):
    caplog.set_level(logging.DEBUG)
    endpoint = subscribed("order.paid")
    (secret,) = receiver.secrets
    with commit():
        send_test(endpoint=endpoint)
    receiver.stop()
    with commit():
        send_test(endpoint=endpoint)
    endpoint.refresh_from_db()
    bare = secret.removeprefix("whsec_")
    stored = str(list(Endpoint.objects.values())) + str(list(Attempt.objects.values())) + repr(endpoint)
    assert bare not in stored and bare not in caplog.text

    # A new SECRET_KEY reads it as long as the old one is a fallback; without it the try says why.
    settings.SECRET_KEY, old_key = "another key", settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS = [old_key]
    assert signing.headers_for(endpoint, event_id="evt_1", body=b"{}", now=START)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.SecretLost):
        signing.headers_for(endpoint, event_id="evt_1", body=b"{}", now=START)
    with commit():
        replay(delivery=Delivery.objects.latest("pk"))
    assert "SECRET_KEY" in Delivery.objects.latest("pk").last_answer
