"""Doing a kind of work alone: one at a time, and never locked out for good."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from background.models import Lease
from background.services.leases import lease
from dashboard.services import sweep as sweeping

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_one_has_it_and_gives_it_back():
    with lease("papers", lasts=MINUTE) as mine:
        assert mine
        with lease("papers", lasts=MINUTE) as other, lease("mail", lasts=MINUTE) as mail:
            assert not other
            assert mail
        with lease("papers", lasts=MINUTE) as still_not:
            assert not still_not
    with lease("papers", lasts=MINUTE) as again:
        assert again


@pytest.mark.django_db
def test_who_died_with_it_loses_it():
    Lease.objects.create(name="papers", holder="dead", until=timezone.now() - MINUTE)
    with lease("papers", lasts=MINUTE) as mine:
        assert mine


@pytest.mark.django_db
def test_who_took_longer_does_not_give_back_what_is_anothers():
    with lease("papers", lasts=MINUTE):
        Lease.objects.update(until=timezone.now() - MINUTE)
        with lease("papers", lasts=MINUTE) as other:
            assert other
            holder = Lease.objects.get().holder
            Lease.objects.update(until=timezone.now() - MINUTE)
            with lease("papers", lasts=MINUTE) as third:
                assert third
            Lease.objects.update(holder=holder, until=timezone.now() + MINUTE)
    assert Lease.objects.get().holder == ""


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_it():
    barrier, got = Barrier(6), []

    def take():
        try:
            barrier.wait(20)
            with lease("papers", lasts=MINUTE) as mine:
                got.append(mine)
                barrier.wait(20)
        finally:
            connection.close()

    threads = [Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(got) == [False] * 5 + [True]


@pytest.mark.django_db(databases=["default", "documents"])
def test_a_sweep_leaves_alone_what_another_is_at(monkeypatch):
    rounds = []
    monkeypatch.setitem(sweeping.SWEEPS, "orders", lambda *, now: rounds.append(now) or {"emails sent": 1})
    now = timezone.now()
    with lease("sweep orders", lasts=MINUTE):
        assert sweeping.sweep_alone("orders", now=now) is None
    assert rounds == []
    assert sweeping.sweep_alone("orders", now=now) == {"emails sent": 1}
    assert rounds == [now]


def test_beat_has_every_kind_looked_for(settings):
    asked = [entry["args"][0] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert sorted(asked) == sorted(sweeping.SWEEPS)
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] == entry["schedule"]
