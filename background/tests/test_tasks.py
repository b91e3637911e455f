"""What every task of the shop is: in a queue, limited in time, described, tried again."""

import smtplib

import pytest
from celery import shared_task
from celery.exceptions import Retry
from django.conf import settings as shop
from django.db import OperationalError

from background.models import FailedTask
from background.task import TRIES_AGAIN, is_passing, wait_before
from ecommerce.celery import app
from ecommerce.lib.background import TryLater, after_commit, lane
from ecommerce.lib.queues import QUEUES, VISIBILITY
from tests.polling import wait_for

app.loader.import_default_modules()
OURS = sorted(
    name
    for name in app.tasks
    if not name.startswith("celery.") and ".tests." not in name and not name.startswith("tests.")
)
failures: list[Exception] = []
ran: list[int] = []


@shared_task(name="background.tests.work", queue_name="documents")
def work(number: int) -> None:
    ran.append(number)
    if failures:
        raise failures.pop(0)


@pytest.fixture(autouse=True)
def nothing_yet():
    failures.clear()
    ran.clear()


def test_there_are_tasks():
    assert {"orders.send_notification", "documents.store_invoice", "dashboard.sweep"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_task_names_a_queue_that_there_is(name):
    task = app.tasks[name]
    assert task.queue_name in QUEUES, f"Write @shared_task(queue_name=…) for {name}."
    assert app.amqp.router.route({}, name, task_type=task)["queue"].routing_key == task.queue_name


@pytest.mark.parametrize("name", OURS)
def test_every_task_says_what_it_does_and_ends_in_time(name):
    task = app.tasks[name]
    assert task.run.__doc__, f"Staff read the first line of the docstring of {name} when it failed."
    assert 0 < task.soft_time_limit < task.time_limit < VISIBILITY
    assert task.acks_late and task.reject_on_worker_lost and task.ignore_result


def test_a_message_goes_to_its_queue_only():
    keys = [(queue.exchange.name, queue.routing_key) for queue in shop.CELERY_TASK_QUEUES]
    assert len(set(keys)) == len(keys) == len(QUEUES)
    assert shop.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert app.conf.result_backend is None


@pytest.mark.parametrize(
    "error",
    [
        OSError("disk"),
        ConnectionResetError(),
        smtplib.SMTPServerDisconnected("gone"),
        OperationalError("database is locked"),
        type("EndpointConnectionError", (Exception,), {"__module__": "botocore.exceptions"})(),
        type("AutoReconnect", (Exception,), {"__module__": "pymongo.errors"})(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_is_tried_again(error):
    assert is_passing(error)
    wrapped = ValueError("wrapped")
    wrapped.__cause__ = error
    assert is_passing(wrapped)


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("x"), ZeroDivisionError()])
def test_a_mistake_is_not_tried_again(error):
    assert not is_passing(error)


def test_the_waits_grow_and_are_bounded():
    for tries in range(TRIES_AGAIN + 5):
        longest = min(5 * 4**tries, 600)
        assert all(longest / 2 <= wait_before(tries) <= longest for _ in range(50))
    assert len({wait_before(3) for _ in range(10)}) > 1


@pytest.mark.django_db
def test_a_passing_failure_waits_and_is_not_on_record_yet():
    failures.append(OSError("the disk is full"))
    with pytest.raises(TryLater):
        work.apply(args=[1], throw=True)
    assert not FailedTask.objects.exists()


@pytest.mark.django_db
def test_after_the_last_try_it_is_on_record():
    failures.append(OSError("the disk is full"))
    with pytest.raises(OSError, match="disk"):
        work.apply(args=[1], retries=TRIES_AGAIN, throw=True)
    row = FailedTask.objects.get()
    assert (row.task, row.args, row.queue, row.state) == ("background.tests.work", [1], "documents", "failed")
    assert (row.error_class, row.message) == ("OSError", "the disk is full")


@pytest.mark.django_db
def test_a_mistake_is_on_record_at_once():
    failures.append(ValueError("no such paper"))
    with pytest.raises(ValueError, match="paper"):
        work.apply(args=[1], throw=True)
    assert FailedTask.objects.get().error_class == "ValueError"


@pytest.mark.django_db
def test_with_a_broker_the_message_is_sent_anew_with_a_wait(monkeypatch):
    sent = []
    monkeypatch.setattr(work, "apply_async", lambda *args, **options: sent.append(options))
    monkeypatch.setattr("celery.canvas.Signature.apply_async", lambda self: sent.append(self.options))
    failures.append(OSError("the disk is full"))
    work.push_request(id="x", args=[1], kwargs={}, called_directly=False, retries=1, is_eager=False)
    try:
        with pytest.raises(Retry):
            work(1)
    finally:
        work.pop_request()
    assert sent[0]["retries"] == 2
    assert 10 <= sent[0]["countdown"] <= 20
    assert not FailedTask.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_in_a_thread_it_is_tried_again_too(settings, monkeypatch):
    settings.BACKGROUND = "thread"
    monkeypatch.setattr("background.task.wait_before", lambda tries: 0.0)
    failures.extend([OSError("once"), OSError("twice")])
    after_commit(work, 1)
    wait_for(lambda: ran == [1, 1, 1], what="third try")
    lane("documents").submit(lambda: None).result(20)
    assert not FailedTask.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_in_a_thread_it_ends_on_record(settings, monkeypatch):
    settings.BACKGROUND = "thread"
    monkeypatch.setattr("background.task.wait_before", lambda tries: 0.0)
    failures.extend(OSError("always") for _ in range(20))
    after_commit(work, 2)
    row = wait_for(FailedTask.objects.first, what="row of the failure")
    assert (row.args, row.attempts, len(ran)) == ([2], 1, TRIES_AGAIN + 1)


def test_a_failure_that_cannot_be_kept_is_logged(monkeypatch, caplog):
    """The database may be what failed."""
    from background.services import failures as record

    def down(**_):
        raise OperationalError("gone")

    monkeypatch.setattr(record, "record", down)
    failures.append(ValueError("no such paper"))
    with pytest.raises(ValueError, match="paper"):
        work.apply(args=[1], throw=True)
    assert "could not be kept" in caplog.text
