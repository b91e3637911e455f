"""Lock conflicts are tried again a bounded number of times, in one place."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from catalog.models import StockLocation
from ecommerce.lib.errors import Busy
from ecommerce.lib.transactions import is_lock_conflict, retrying_atomic

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Between two tries the shop waits a moment at random; these tests need not."""
    monkeypatch.setattr("ecommerce.lib.transactions.time.sleep", lambda seconds: None)


def failing(times, error=DEADLOCK):
    """A service that writes a row, then fails for the first `times` calls."""
    calls = []

    @retrying_atomic
    def service():
        calls.append(1)
        StockLocation.objects.create(code=f"try-{len(calls)}")
        if len(calls) <= times:
            raise error
        return "done"

    return service, calls


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again_and_leaves_nothing_behind():
    service, calls = failing(2)
    assert service() == "done"
    assert len(calls) == 3
    assert list(StockLocation.objects.values_list("code", flat=True)) == ["try-3"]


@pytest.mark.django_db(transaction=True)
def test_after_five_tries_the_shop_is_busy_and_nothing_is_written():
    service, calls = failing(99)
    with pytest.raises(Busy) as refused:
        service()
    assert len(calls) == 5
    assert refused.value.http_status == 503
    assert not StockLocation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_other_database_errors_are_not_tried_again():
    service, calls = failing(99, OperationalError(2006, "Server has gone away"))
    with pytest.raises(OperationalError):
        service()
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_inside_an_open_transaction_the_outermost_one_starts_over():
    inner, inner_calls = failing(1)
    outer_calls = []

    @retrying_atomic
    def outer():
        outer_calls.append(1)
        return inner()

    assert outer() == "done"
    assert (len(outer_calls), len(inner_calls)) == (2, 2)


@pytest.mark.django_db
def test_inside_a_foreign_transaction_the_error_is_passed_up():
    service, calls = failing(99)
    with pytest.raises(OperationalError), transaction.atomic():
        service()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "conflict"),
    [
        (DEADLOCK, True),
        (OperationalError(1205, "Lock wait timeout exceeded"), True),
        (OperationalError("database is locked"), True),
        (OperationalError("database table is locked: catalog_stockitem"), True),
        (OperationalError("no such table: catalog_stockitem"), False),
        (OperationalError(), False),
    ],
)
def test_which_errors_are_lock_conflicts(error, conflict):
    assert is_lock_conflict(error) is conflict


@pytest.fixture
def no_waiting(transactional_db):
    """The database gives up a lock at once, or after a second: it is us who try again."""
    at_once = {"sqlite": "PRAGMA busy_timeout=0", "mysql": "SET innodb_lock_wait_timeout=1"}
    with connection.cursor() as cursor:
        cursor.execute(at_once[connection.vendor])
    yield
    connection.close()


def test_a_real_lock_held_by_another_connection_is_waited_out(no_waiting):
    """Another thread holds the row (on SQLite: everything) until our first try has failed on it."""
    StockLocation.objects.create(code="ours")
    locked, tried = threading.Event(), threading.Event()

    def rival():
        with transaction.atomic():
            StockLocation.objects.select_for_update().get(code="ours")
            locked.set()
            tried.wait(20)
        connection.close()

    calls = []

    @retrying_atomic
    def service():
        StockLocation.objects.filter(code="ours").update(name="Ours")
        calls.append(1)

    thread = threading.Thread(target=rival)
    thread.start()
    assert locked.wait(20)
    # The pause between two tries is where the rival is let go.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ecommerce.lib.transactions.time.sleep", lambda seconds: (tried.set(), thread.join(20)))
        service()
    assert tried.is_set(), "the lock was never in the way, so nothing was proven"
    assert len(calls) == 1
    assert StockLocation.objects.get().name == "Ours"
