"""The cache on a real Redis: counted without loss, and gone without taking the shop with it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import override_settings

from customers.tests.factories import UserFactory
from ecommerce.lib import redis_cache
from ecommerce.lib.breaker import Breaker
from ecommerce.lib.caches import CacheDown
from ecommerce.lib.ratelimit import TooMany, count_try
from tests.polling import wait_for
from tests.servers import Redis
from tests.servers.base import free_port

pytestmark = pytest.mark.django_db


@contextmanager
def cache_at(url):
    one = {"BACKEND": "ecommerce.lib.redis_cache.RedisCache", "LOCATION": url}
    with override_settings(CACHES={"default": one}):
        yield caches["default"]


@pytest.fixture
def nowhere():
    """A cache whose Redis is down."""
    with cache_at(f"redis://127.0.0.1:{free_port()}/0") as cache:
        yield cache


@pytest.fixture(scope="module")
def server():
    with Redis() as own:
        yield own


@pytest.fixture
def real(server):
    with cache_at(server.url()) as cache:
        cache.clear()
        yield cache


def test_reading_keeping_and_forgetting_go_on_without_it(nowhere):
    assert nowhere.get("a", "other") == "other"
    assert nowhere.get_many(["a"]) == {} and "a" not in nowhere
    nowhere.set("a", 1)
    nowhere.set_many({"a": 1})
    nowhere.delete_many(["a"])
    assert nowhere.delete("a") is False and nowhere.touch("a") is False
    assert nowhere.get_or_set("a", lambda: 7) == 7


def test_counting_and_claiming_say_that_they_cannot(nowhere):
    for work in (
        lambda: nowhere.count("a", seconds=9),
        lambda: nowhere.add("a", 1),
        lambda: nowhere.incr("a"),
        lambda: nowhere.get("allauth:rl:login"),
        lambda: nowhere.set("allauth:rl:login", [1.0]),
    ):
        with pytest.raises(CacheDown):
            work()


def test_after_one_failure_nobody_waits_for_it_and_one_log_line_says_so(nowhere, caplog):
    with patch.object(redis_cache.DjangoRedisCache, "get", side_effect=OSError("no route")) as asked:
        for _ in range(20):
            assert nowhere.get("a") is None
    assert asked.call_count == 1
    assert [record.getMessage() for record in caplog.records] == ["the cache cannot be reached: no route"]


def test_one_caller_looks_whether_it_is_back(monkeypatch):
    clock = iter([100.0, 101.0, 106.0, 106.1, 112.0])
    monkeypatch.setattr("ecommerce.lib.breaker.time.monotonic", lambda: next(clock))
    breaker = Breaker("it", hold=5)
    assert not breaker.is_open()
    breaker.failed(OSError())  # at 100
    assert breaker.is_open()  # 101
    assert not breaker.is_open()  # 106: this one looks
    assert breaker.is_open()  # the others go without
    breaker.worked()
    assert not breaker.is_open()


def test_pages_are_shown_and_signing_in_is_refused_in_words(client, nowhere):
    user = UserFactory(email="ada@example.com", password="a-long-password")
    assert client.get("/").status_code == 200
    assert client.get("/products/").status_code == 200
    for path, form in (
        ("/account/login/", {"login": user.email, "password": "a-long-password"}),
        ("/account/password/reset/", {"email": user.email}),
        ("/account/signup/", {"email": "new@example.com", "name": "New", "password1": "a-long-password"}),
        ("/account/code/", {"phone": "+4915112345678"}),
        ("/track/", {"number": "A-1", "email": user.email}),
    ):
        answer = client.post(path, form)
        assert answer.status_code == 503, path
        assert "not possible right now" in answer.content.decode(), path
    assert "_auth_user_id" not in client.session
    refused = client.post(
        "/api/signin", {"email": user.email, "password": "x"}, content_type="application/json"
    )
    assert refused.status_code == 503 and refused.json()["code"] == "busy" and refused["Retry-After"]


def test_what_was_typed_is_still_in_the_form(client, nowhere):
    form = {
        "name": "Ada",
        "email": "ada@example.com",
        "topic": "other",
        "message": "Where is my parcel, please?",
    }
    answer = client.post("/contact/", form)
    assert answer.status_code in (400, 503)
    assert "Where is my parcel, please?" in answer.content.decode()


def test_a_try_is_let_through_where_that_is_said(nowhere):
    count_try("browse", "ada", limit=1, seconds=60, fail_open=True)
    with pytest.raises(CacheDown):
        count_try("codes", "ada", limit=1, seconds=60)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_one_by_one_and_the_count_ends(real):
    def tries(_):
        try:
            count_try("race", "ada", limit=50, seconds=60)
            return True
        except TooMany:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tries, range(200))) == 50
    tries, left = real.count("short", seconds=1)
    assert tries == 1 and 0 < left <= 1
    wait_for(lambda: real.get("short") is None, what="end of the window")
    assert real.count("short", seconds=60)[0] == 1


def test_a_count_never_outlives_its_window(real):
    for _ in range(3):
        _, left = real.count("kept", seconds=30)
        assert 0 < left <= 30


def test_a_cache_that_hangs_is_left_alone_and_used_again_later(server, real, monkeypatch):
    monkeypatch.setattr(real._breaker, "hold", 0.2)
    real.set("a", 1)
    server.hang()
    try:
        assert real.get("a") is None
        with pytest.raises(CacheDown):
            real.count("b", seconds=9)
    finally:
        server.go_on()
    assert wait_for(lambda: real.get("a"), what="the cache") == 1
    assert real.count("b", seconds=9)[0] >= 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew(server, real):
    real.set("a", 1)
    server.stop()
    server.start()
    assert real.count("a", seconds=9) == (1, pytest.approx(9, abs=1))


@pytest.mark.parametrize("backend", ["local", "redis"])
def test_both_caches_count_alike(backend, real):
    local = {"BACKEND": "ecommerce.lib.caches.LocalCache", "LOCATION": "alike"}
    with override_settings(CACHES={"default": local}):
        cache = caches["default"] if backend == "local" else real
        assert [cache.count("alike", seconds=60)[0] for _ in range(3)] == [1, 2, 3]
        assert cache.count("other", seconds=60)[0] == 1
