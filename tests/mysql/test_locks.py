"""Locks of other transactions: waited for, tried again, and answered in words when they stay."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from catalog.models import StockItem, StockLocation
from catalog.tests.factories import ProductFactory
from ecommerce.lib import transactions
from ecommerce.lib.errors import Busy
from ecommerce.lib.transactions import retrying_atomic
from orders.models import CartLine
from orders.tests.factories import make_rates

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def in_threads(*actions):
    """Run the actions at once, each with a connection of its own."""

    def run(action):
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def locking(first, second, meeting, tries):
    """A service that locks two stock rows one after the other, and meets its rival in between."""

    @retrying_atomic
    def service():
        tries.append(first)
        StockItem.objects.filter(pk=first).update(on_hand=50)
        if tries.count(first) == 1:
            meeting.wait(20)
        StockItem.objects.filter(pk=second).update(on_hand=50)
        return "done"

    return service


def two_items():
    ProductFactory(stock=1)
    ProductFactory(stock=1)
    return list(StockItem.objects.order_by("pk").values_list("pk", flat=True))


def test_of_two_services_in_a_deadlock_both_get_through():
    one, two = two_items()
    meeting, tries = threading.Barrier(2), []
    results = in_threads(locking(one, two, meeting, tries), locking(two, one, meeting, tries))
    assert results == ["done", "done"]
    assert len(tries) == 3, "no deadlock came about, so nothing was proven"


def test_control_without_a_second_try_one_of_them_is_lost(monkeypatch):
    one, two = two_items()
    meeting = threading.Barrier(2)
    monkeypatch.setattr(transactions, "is_lock_conflict", lambda error: False)

    def result_of(service):
        def run():
            try:
                return service()
            except OperationalError as error:
                return error.args[0]

        return run

    results = in_threads(result_of(locking(one, two, meeting, [])), result_of(locking(two, one, meeting, [])))
    assert sorted(results, key=str) == [1213, "done"]


def hold_row(rival, table, pk):
    rival.query(f"SELECT id FROM {table} WHERE id = {pk} FOR UPDATE")
    rival.store_result()


def test_a_lock_that_stays_is_busy_and_nothing_is_written(rival, short_patience, monkeypatch):
    monkeypatch.setattr(transactions, "_PATIENCE", 0)
    one, _ = two_items()
    hold_row(rival, "catalog_stockitem", one)

    @retrying_atomic
    def service():
        StockLocation.objects.create(code="ours")
        StockItem.objects.filter(pk=one).update(on_hand=50)

    with pytest.raises(Busy):
        service()
    assert not StockLocation.objects.filter(code="ours").exists()
    rival.rollback()
    service()
    assert StockItem.objects.get(pk=one).on_hand == 50


def test_the_deadlock_of_an_inner_service_starts_the_outer_one_over():
    """The database rolls back all of it, savepoints too; going on inside would write half."""
    one, two = two_items()
    meeting, tries, outer = threading.Barrier(2), [], []

    def around(service, name):
        @retrying_atomic
        def whole():
            outer.append(name)
            StockLocation.objects.create(code=f"{name}-{outer.count(name)}")
            return service()

        return whole

    first, second = locking(one, two, meeting, tries), locking(two, one, meeting, tries)
    assert in_threads(around(first, "a"), around(second, "b")) == ["done", "done"]
    assert len(outer) == 3
    codes = set(StockLocation.objects.values_list("code", flat=True)) - {"main"}
    assert codes in ({"a-2", "b-1"}, {"a-1", "b-2"})


@pytest.fixture
def line_in_use(client, rival, short_patience, monkeypatch):
    """A basket with one line, which somebody else's transaction holds."""
    monkeypatch.setattr(transactions, "_PATIENCE", 0)
    make_rates()
    ProductFactory(sku="BACKPACK", stock=5)
    client.post(reverse("orders:cart_add"), {"variant": "BACKPACK", "quantity": "1"})
    line = CartLine.objects.get()
    hold_row(rival, "orders_cart", line.cart_id)
    return line


def test_a_page_that_cannot_have_its_lock_says_so(client, line_in_use):
    page = client.post(reverse("orders:cart_update", args=[line_in_use.pk]), {"quantity": "3"})
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "very busy right now" in page.content.decode()
    line_in_use.refresh_from_db()
    assert line_in_use.quantity == 1


def test_the_api_says_so_too(client, line_in_use):
    answer = client.put(
        f"/api/cart/items/{line_in_use.pk}",
        {"quantity": 3},
        content_type="application/json",
        headers={"X-Cart-Token": line_in_use.cart.token},
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5"), answer.content
    assert answer.json()["code"] == "busy"
    line_in_use.refresh_from_db()
    assert line_in_use.quantity == 1


def test_a_connection_that_is_lost_is_not_tried_again(past_the_shop):
    """At COMMIT nobody can tell whether the transaction was made."""
    calls = []

    @retrying_atomic
    def service():
        calls.append(1)
        StockLocation.objects.create(code=f"lost-{len(calls)}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            past_the_shop.run("KILL %s", cursor.fetchone()[0])

    with pytest.raises(OperationalError) as lost:
        service()
    assert lost.value.args[0] in (2006, 2013)
    connection.close()
    assert len(calls) == 1


def test_nobody_waits_for_a_lock_as_long_as_the_database_would_let_them():
    with connection.cursor() as cursor:
        name = "tx_isolation" if connection.mysql_is_mariadb else "transaction_isolation"
        cursor.execute(f"SELECT @@innodb_lock_wait_timeout, @@{name}")
        seconds, isolation = cursor.fetchone()
    assert 1 <= seconds <= 10
    assert isolation == "READ-COMMITTED"
