"""Work after commit: never before, never after a rollback, and a failure does no harm."""

from threading import Event

import pytest
from celery import shared_task
from django.db import transaction

from ecommerce.celery import app
from ecommerce.lib import background
from ecommerce.lib.background import after_commit, task_named

done: list[int] = []
answered = Event()


@shared_task(name="ecommerce.tests.note", queue_name="default")
def note(number: int) -> None:
    done.append(number)


@shared_task(name="ecommerce.tests.fail", queue_name="default")
def fail() -> None:
    raise RuntimeError("the printer is on fire")


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


def finish_background_work():
    """Whatever was handed to the one background thread before this has run when it returns."""
    background.lane("default").submit(lambda: None).result(20)


@pytest.mark.django_db(transaction=True)
def test_it_runs_after_commit_and_not_before():
    with transaction.atomic():
        after_commit(note, 1)
        assert done == []
    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_a_rollback_forgets_it():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        after_commit(note, 1)
        raise ZeroDivisionError
    assert done == []


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_the_process_does_it(settings):
    settings.BACKGROUND = "thread"
    with transaction.atomic():
        after_commit(note, 1)
    finish_background_work()
    assert done == [1]


@shared_task(name="ecommerce.tests.wait_for_it", queue_name="slow")
def wait_for_it() -> None:
    assert answered.wait(20)
    done.append(0)


@pytest.mark.django_db(transaction=True)
def test_a_slow_queue_keeps_no_other_waiting(settings):
    settings.BACKGROUND = "thread"
    answered.clear()
    with transaction.atomic():
        after_commit(wait_for_it)
        after_commit(note, 1)
    finish_background_work()
    assert done == [1]
    answered.set()
    background.lane("slow").submit(lambda: None).result(20)
    assert done == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_in_the_thread_does_not_stop_the_next(settings, caplog):
    settings.BACKGROUND = "thread"
    with transaction.atomic():
        after_commit(fail)
        after_commit(note, 2)
    finish_background_work()
    assert done == [2]
    assert "ecommerce.tests.fail failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_failure_after_commit_does_not_reach_the_shopper():
    with transaction.atomic():
        after_commit(fail)
        after_commit(note, 3)
    assert done == [3]


@pytest.mark.django_db(transaction=True)
def test_with_a_broker_it_is_sent_to_celery(settings, monkeypatch):
    settings.BACKGROUND = "celery"
    sent = []
    monkeypatch.setattr(background, "publish", lambda task, args: sent.append((task.name, args)))
    after_commit(note, 4)
    assert (sent, done) == ([("ecommerce.tests.note", (4,))], [])


@pytest.mark.django_db(transaction=True)
def test_switched_off_every_message_is_lost(settings):
    settings.BACKGROUND = "off"
    after_commit(note, 5)
    assert done == []


@pytest.mark.django_db
def test_the_commit_fixture_runs_it(commit):
    with commit():
        after_commit(note, 6)
    assert done == [6]


def test_the_tasks_of_all_apps_are_loaded_once_in_a_process(monkeypatch):
    """Loading them also checks every model, which no shopper who pays should wait for."""
    loaded = task_named("documents.store_invoice")
    monkeypatch.setattr(app.loader, "import_default_modules", lambda: pytest.fail("loaded again"))
    assert task_named("documents.store_invoice") is loaded
