"""The record of work that failed: one row for the same work, no secrets, settled when it works."""

from datetime import timedelta

import pytest
from celery import shared_task
from django.utils import timezone

from background.models import FailedTask
from background.services import failures
from background.services.sweep import sweep
from customers.tests.factories import UserFactory
from ecommerce.lib.background import after_commit, run_now
from ecommerce.lib.errors import DomainError

pytestmark = pytest.mark.django_db
broken = True
done: list[object] = []


@shared_task(name="background.tests.fragile", queue_name="mail")
def fragile(number: object) -> None:
    if broken:
        raise ValueError("the printer is on fire")
    done.append(number)


@shared_task(name="background.tests.named", queue_name="default", words_only=True)
def named(kind: str) -> None:
    raise ValueError("no")


@pytest.fixture(autouse=True)
def begin_broken(monkeypatch):
    done.clear()
    monkeypatch.setattr(f"{__name__}.broken", True)


@pytest.fixture
def repaired(monkeypatch):
    return lambda: monkeypatch.setattr(f"{__name__}.broken", False)


def fail(*args):
    with pytest.raises(ValueError):
        run_now(fragile, *args)
    return FailedTask.objects.latest("last_failed_at")


def test_the_same_work_has_one_row_that_counts():
    first = fail(7)
    FailedTask.objects.update(first_failed_at=timezone.now() - timedelta(hours=1))
    fail(7)
    fail(8)
    assert FailedTask.objects.count() == 2
    row = FailedTask.objects.get(pk=first.pk)
    assert (row.attempts, row.state, row.args) == (2, "failed", [7])
    assert row.last_failed_at - row.first_failed_at > timedelta(minutes=59)


def test_it_is_settled_when_it_works_after_all(repaired):
    row = fail(7)
    other = fail(8)
    repaired()
    run_now(fragile, 7)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.next_try_at) == ("resolved", None)
    assert row.resolved_at is not None
    assert other.state == "failed"


def test_one_that_had_been_done_begins_anew():
    row = fail(7)
    fail(7)
    failures.settle(task=fragile, args=[7])
    fail(7)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.resolved_at) == ("failed", 1, None)
    assert row.next_try_at is not None


def test_texts_are_not_kept_nor_what_the_error_says_of_them():
    """A text may be a one-time code, a link that resets a password, or somebody's address."""
    row = fail("ada@example.com")
    assert (row.args, row.message, row.error_class) == (None, "", "ValueError")
    with pytest.raises(DomainError, match="not kept"):
        failures.retry(failed=row, actor=None)


def test_words_of_the_code_are_kept():
    with pytest.raises(ValueError):
        run_now(named, "payments")
    assert FailedTask.objects.get().args == ["payments"]


@pytest.mark.parametrize(
    "text, safe",
    [
        ("refused: <ada@example.com>", "refused: <…@…>"),
        ("cannot reach redis://user:secret@host/1 now", "cannot reach redis://… now"),
        ("key sk_live_51HxyzABCDEFGHIJKLMNOPQ", "key …"),
        ("no route to +49 170 1234567", "no route to …"),
        ("two\n lines", "two lines"),
        ("x" * 10 + " y" * 300, ("x" * 10 + " y" * 300)[:300]),
    ],
)
def test_a_message_says_no_secrets(text, safe):
    assert failures.safe_words(text) == safe


def test_staff_have_it_tried_again(repaired, commit):
    row, actor = fail(7), UserFactory()
    repaired()
    with commit():
        failures.retry(failed=row, actor=actor)
        row.refresh_from_db()
        assert (row.state, row.decided_by) == ("retried", actor)
    row.refresh_from_db()
    assert (done, row.state) == ([7], "resolved")
    with pytest.raises(DomainError, match="already"):
        failures.retry(failed=row, actor=actor)


def test_another_failure_makes_it_work_again(commit):
    row = fail(7)
    with commit():
        failures.retry(failed=row, actor=None)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", 2)


def test_what_is_discarded_stays_so_until_it_works(repaired):
    row, actor = fail(7), UserFactory()
    failures.discard(failed=row, actor=actor)
    failures.discard(failed=row, actor=None)
    fail(7)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.decided_by) == ("discarded", 2, actor)
    repaired()
    run_now(fragile, 7)
    row.refresh_from_db()
    assert row.state == "resolved"


def test_work_that_the_shop_no_longer_knows_is_named():
    row = FailedTask.objects.create(key="k", task="gone.task", args=[1], error_class="ValueError")
    with pytest.raises(DomainError, match="no longer knows"):
        failures.retry(failed=row, actor=None)


def test_the_sweep_tries_what_is_due_again_and_again_later(repaired, commit):
    now = timezone.now()
    row = fail(7)
    fail("a text")
    assert sweep(now=now)["failed tasks tried again"] == 0
    later = now + timedelta(minutes=6)
    with commit():
        assert sweep(now=later)["failed tasks tried again"] == 1
        assert sweep(now=later)["failed tasks tried again"] == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("failed", 2)
    assert timedelta(minutes=5) <= row.next_try_at - later <= timedelta(minutes=7)
    repaired()
    with commit():
        assert sweep(now=now + timedelta(days=3))["failed tasks tried again"] == 1
    row.refresh_from_db()
    assert (done, row.state) == ([7], "resolved")


def test_the_waits_of_the_sweep_are_bounded(commit):
    row = fail(7)
    now = timezone.now() + timedelta(days=5)
    with commit():
        sweep(now=now)
    row.refresh_from_db()
    assert row.next_try_at == now + timedelta(hours=1)


def test_discarded_work_is_not_tried_again(commit):
    row = fail(7)
    failures.discard(failed=row, actor=None)
    with commit():
        assert sweep(now=timezone.now() + timedelta(days=1))["failed tasks tried again"] == 0


def test_what_was_over_long_ago_is_forgotten():
    fail(7)
    old = fail(8)
    failures.settle(task=fragile, args=[8])
    FailedTask.objects.update(last_failed_at=timezone.now() - timedelta(days=91))
    assert sweep(now=timezone.now())["old failures forgotten"] == 1
    assert not FailedTask.objects.filter(pk=old.pk).exists()
    assert FailedTask.objects.count() == 1


def test_in_a_thread_it_is_on_record_too(settings, commit, repaired):
    """Through the one door of all modes."""
    with commit():
        after_commit(fragile, 9)
    assert FailedTask.objects.get().args == [9]
