"""Several workers at once: each try is made by one of them. Each guard with its control."""

import threading
from functools import partial

import pytest
from django.utils import timezone

from orders.tests.test_races import race
from webhooks.models import Attempt, Delivery
from webhooks.services import sending
from webhooks.services.publishing import write_for
from webhooks.services.subscribing import subscribe

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])
WORKERS = 4


def owed(subscribed):
    return write_for(subscribed("order.paid"), type="webhook.test", data={}).pk


def test_one_of_several_workers_sends(receiver, subscribed):
    pk = owed(subscribed)
    results = race(*[partial(sending.send, pk)] * WORKERS)
    assert sorted(results, key=str) == [None] * (WORKERS - 1) + [True]
    assert len(receiver.requests) == 1 and Attempt.objects.count() == 1


def test_control_without_the_claim_each_worker_sends(receiver, subscribed, monkeypatch):
    """What a sender does that looks first and writes later."""
    looked = threading.Barrier(WORKERS)

    def unguarded(pk, *, now):
        assert Delivery.objects.filter(pk=pk, state="pending").exists()
        looked.wait()
        return sending.Claim(pk=pk, until=now + sending.LEASE)

    pk = owed(subscribed)
    monkeypatch.setattr(sending, "_claim", unguarded)
    race(*[partial(sending.send, pk)] * WORKERS)
    assert len(receiver.requests) == WORKERS


def test_a_claim_that_ran_out_is_taken_over_and_its_holder_changes_nothing(receiver, subscribed):
    pk = owed(subscribed)
    long_ago = timezone.now() - sending.LEASE
    Delivery.objects.update(next_try_at=long_ago)
    dead = sending._claim(pk, now=long_ago)
    assert dead is not None and sending.send(pk) is True
    late = Delivery.objects.select_related("endpoint").get(pk=pk)
    sending.book(delivery=late, until=dead.until, outcome=sending.Outcome(words="died"))
    late.refresh_from_db()
    assert (late.state, late.last_answer) == ("delivered", "thanks")


def test_one_address_gets_one_webhook(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    make = partial(subscribe, url="https://127.0.0.1/in", events=["order.paid"])
    results = race(*[make] * WORKERS)
    codes = sorted(getattr(result, "code", "made") for result in results)
    assert codes == ["already_subscribed"] * (WORKERS - 1) + ["made"]
