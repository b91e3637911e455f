"""Sessions with copies in a real Redis: quick to read, and never older than the database."""

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import override_settings

from customers import session_store
from customers.session_store import SessionStore
from tests.servers import Redis

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def redis():
    with Redis() as own:
        yield own


@pytest.fixture(autouse=True)
def _cache(redis, monkeypatch):
    """Every test begins as a new process on an empty Redis."""
    copies = {
        "BACKEND": "ecommerce.lib.redis_cache.StrictCache",
        "LOCATION": redis.url(),
        "KEY_PREFIX": "session",
        # A Redis that does not answer is found out soon.
        "OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05},
    }
    default = {"BACKEND": "ecommerce.lib.caches.LocalCache", "LOCATION": "test"}
    monkeypatch.setattr(session_store, "generation", session_store.Generation())
    caches_of_test = {"default": default, "sessions": copies}
    with override_settings(
        CACHES=caches_of_test, SESSION_CACHE_ALIAS="sessions", SESSION_GENERATION_SECONDS=0
    ):
        caches["sessions"].clear()
        yield
        redis.go_on()


def saved(**values):
    store = SessionStore()
    store.update(values)
    store.create()
    store.update(values)
    store.save()
    return store.session_key


def read(key):
    return dict(SessionStore(key).items())


def test_a_page_reads_the_copy_and_a_change_is_seen_at_once(settings, django_assert_num_queries):
    settings.SESSION_GENERATION_SECONDS = 3600
    key = saved(basket="one")
    assert read(key) == {"basket": "one"}
    with django_assert_num_queries(0):
        assert read(key) == {"basket": "one"}
    store = SessionStore(key)
    store["basket"] = "two"
    store.save()
    assert read(key) == {"basket": "two"}


def test_a_session_that_ended_opens_nothing():
    key = saved(user="ada")
    assert read(key) == {"user": "ada"}
    SessionStore().delete(key)
    assert read(key) == {} and not Session.objects.filter(pk=key).exists()


def test_a_new_key_leaves_nothing_under_the_old_one():
    key = saved(user="ada")
    store = SessionStore(key)
    assert dict(store.items()) == {"user": "ada"}
    store.cycle_key()
    assert read(key) == {} and read(store.session_key) == {"user": "ada"}


def test_a_copy_made_by_a_slow_reader_of_a_session_that_ended_does_not_stay(monkeypatch):
    key = saved(user="ada")
    slow = SessionStore(key)
    keep = slow._copies.set

    def end_first(*args):
        SessionStore().delete(key)
        keep(*args)

    monkeypatch.setattr(slow._copies, "set", end_first)
    assert dict(slow.items()) == {"user": "ada"}  # it had read before the end
    monkeypatch.undo()
    assert read(key) == {}


@pytest.mark.parametrize("what", ["ended", "changed"])
def test_what_redis_could_not_be_told_counts_all_the_same(redis, what):
    """Its network is cut, and afterwards it still has everything it had."""
    key = saved(user="ada")
    assert read(key) == {"user": "ada"}
    redis.hang()
    store = SessionStore(key)
    if what == "ended":
        store.flush()
    else:
        store["user"] = "eve"
        store.save()
    redis.go_on()
    caches["sessions"]._breaker.worked()  # another process, which noticed nothing
    assert read(key) == ({} if what == "ended" else {"user": "eve"})


def test_without_redis_sessions_are_read_from_the_database(redis):
    key = saved(user="ada")
    redis.hang()
    assert read(key) == {"user": "ada"}
