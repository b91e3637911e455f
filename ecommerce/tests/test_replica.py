"""Who may read from the replica, and what; tests/mysql/test_replica.py does it with a real one."""

import threading

import pytest
from django.db import OperationalError
from django.http import HttpResponse

from catalog.models import Product, StoreSettings
from ecommerce import replica
from ecommerce.replica_middleware import ReplicaMiddleware
from ecommerce.routers import ReplicaRouter
from orders.models import Order

router = ReplicaRouter()


@pytest.fixture(autouse=True)
def usable(monkeypatch):
    """A replica that answers, or does not: `usable(False)`."""

    def say(is_usable):
        monkeypatch.setattr(replica, "is_usable", lambda: is_usable)

    say(True)
    return say


def test_the_catalogue_is_read_there_within_a_request_and_nothing_else():
    assert router.db_for_read(Product) is None
    with replica.reading_from_replica() as reading:
        assert router.db_for_read(Order) is None and router.db_for_read(StoreSettings) is None
        assert not reading.used
        assert router.db_for_read(Product) == "replica" and reading.used
    assert router.db_for_read(Product) is None


def test_writes_go_to_the_primary_and_reads_follow_them():
    with replica.reading_from_replica():
        assert router.db_for_write(Order) is None
        assert router.db_for_read(Product) == "replica"
        assert router.db_for_write(Product) is None
        assert router.db_for_read(Product) is None


@pytest.mark.django_db
def test_a_transaction_reads_what_it_writes():
    with replica.reading_from_replica():
        assert router.db_for_read(Product) is None


def test_a_replica_that_cannot_be_read_is_left_alone(usable):
    usable(False)
    with replica.reading_from_replica():
        assert router.db_for_read(Product) is None


def test_the_permission_stays_in_its_thread():
    found = []
    with replica.reading_from_replica():
        other = threading.Thread(target=lambda: found.append(router.db_for_read(Product)))
        other.start()
        other.join()
    assert found == [None]


def test_nothing_is_migrated_there():
    assert router.allow_migrate("replica", "catalog") is False
    assert router.allow_migrate("default", "catalog") is None


@pytest.fixture
def ask(rf):
    """Make a request through the middleware; returns what a read was sent to, and the answer."""

    def send(method="get", path="/products/", wrote="", view=None, **headers):
        request = getattr(rf, method)(path, headers=headers)
        if wrote:
            request.COOKIES["wrote"] = wrote
        read = []

        def page(request):
            read.append(router.db_for_read(Product))
            return view(request) if view else HttpResponse()

        answer = ReplicaMiddleware(page)(request)
        return read[0], answer

    return send


def test_who_has_just_sent_a_form_reads_the_primary(ask):
    alias, answer = ask("post")
    assert alias is None
    cookie = answer.cookies["wrote"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (10, True, "Lax")
    assert ask(wrote=cookie.value)[0] is None
    assert ask()[0] == "replica" and "wrote" not in ask()[1].cookies


@pytest.mark.parametrize("made_up", ["1", "1:abc:def", "\0", "é"])
def test_a_cookie_that_is_not_ours_changes_nothing(ask, made_up):
    assert ask(wrote=made_up)[0] == "replica"


def test_the_cookie_is_good_for_ten_seconds(ask, time_machine):
    time_machine.move_to("2026-11-30T12:00:00Z", tick=False)
    cookie = ask("post")[1].cookies["wrote"].value
    time_machine.shift(10)
    assert ask(wrote=cookie)[0] is None
    time_machine.shift(1)
    assert ask(wrote=cookie)[0] == "replica"


@pytest.mark.parametrize(
    "request_of",
    [
        {"path": "/admin/catalog/product/"},
        {"Authorization": "Token x"},
        {"X-Cart-Token": "x"},
        {"method": "put"},
        {"method": "options"},
    ],
    ids=str,
)
def test_staff_and_programs_read_the_primary(ask, request_of):
    assert ask(**request_of)[0] is None


def test_a_page_that_wrote_to_the_catalogue_pins_its_reader(ask):
    answer = ask(view=lambda request: router.db_for_write(Product) or HttpResponse())[1]
    assert "wrote" in answer.cookies


@pytest.mark.parametrize(("is_lost", "times"), [(True, 1), (False, 0)])
def test_a_page_whose_replica_went_away_is_made_again_from_the_primary(rf, monkeypatch, is_lost, times):
    monkeypatch.setattr(replica, "is_lost", lambda: is_lost)
    marked, read = [], []
    monkeypatch.setattr(replica, "mark_down", lambda: marked.append(1))
    request = rf.get("/products/")

    def view(request, slug):
        read.append(router.db_for_read(Product))
        return HttpResponse(slug)

    class Match:
        func, args, kwargs = staticmethod(view), (), {"slug": "backpack"}

    def page(request):
        request.resolver_match = Match
        router.db_for_read(Product)
        return middleware.process_exception(request, OperationalError(2006, "gone")) or HttpResponse("500")

    middleware = ReplicaMiddleware(page)
    answer = middleware(request)
    assert answer.content == (b"backpack" if times else b"500")
    assert read == [None] * times and len(marked) == times


def test_other_errors_are_not_the_replicas(rf):
    request = rf.get("/")
    request.replica_reading = replica.Reading(used=True)
    assert ReplicaMiddleware(lambda request: None).process_exception(request, ValueError()) is None
