"""What load balancers are told: whether the process lives and whether shoppers can be served."""

import threading
from datetime import datetime

import pytest
from django.db import OperationalError, connections
from django.test import Client

from ecommerce.health import checking, noticing, outages, probes, watching
from ecommerce.health.checking import Kept, check, latest
from ecommerce.health.services import SERVICES
from tests.polling import wait_for

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
WHERE = "db-7.internal"


@pytest.fixture
def down(monkeypatch):
    """`down("documents")`: from now on the probe of this service fails; `up` makes it succeed again."""
    broken = set()

    def fail(name):
        real = getattr(probes, name)

        def probe(*alias):
            if name in broken and not alias:
                raise OperationalError(f"(2002) Can't connect to server on '{WHERE}' as shop:sesame")
            return real(*alias)

        broken.add(name)
        monkeypatch.setattr(probes, name, probe)
        latest.forget()
        return lambda: (broken.discard(name), latest.forget())

    return fail


@pytest.mark.parametrize("path", ["/health/live", "/health/live/", "/health/ready", "/health/ready/"])
@pytest.mark.parametrize("host", ["testserver", "10.0.0.17", "somebody-elses.example"])
def test_they_answer_by_any_name_without_https(client, settings, path, host):
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["shop.example"]
    answer = client.get(path, headers={"host": host})
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_they_are_only_read(client, path):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


def test_other_addresses_are_still_asked_for_their_host(client, settings):
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert client.get("/health/", headers={"host": "10.0.0.17"}).status_code == 400


def test_living_touches_nothing(client, down, django_assert_num_queries):
    for name in ("database", "documents", "files"):
        down(name)
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200


def test_every_part_is_named(client):
    assert client.get("/health/ready").json() == {
        "status": "ok",
        "parts": {
            "database": "ok",
            "replica": "not configured",
            "documents": "ok",
            "cache": "not configured",
            "broker": "not configured",
            "files": "ok",
        },
    }


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [("database", 503, "down"), ("documents", 200, "degraded"), ("files", 200, "degraded")],
)
def test_a_part_that_is_down_is_named_and_nothing_about_where_it_is(client, down, name, status, word):
    restore = down(name)
    answer = client.get("/health/ready")
    assert answer.status_code == status
    assert (answer.json()["status"], answer.json()["parts"][name]) == (word, word)
    assert WHERE not in answer.content.decode() and "sesame" not in answer.content.decode()
    restore()
    assert client.get("/health/ready").json()["status"] == "ok"


def test_a_database_that_is_down_is_told_though_others_are_too(client, down):
    for name in ("documents", "database", "files"):
        down(name)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_a_real_database_that_is_gone_is_seen(client, settings, monkeypatch):
    gone = connections["default"].settings_dict | {"NAME": "/nowhere/shop.sqlite3"}
    monkeypatch.setattr(connections["default"], "settings_dict", gone)
    monkeypatch.setattr(
        probes, "connection_to", lambda alias, **_: type(connections[alias])(dict(gone), alias)
    )
    assert client.get("/health/ready").status_code == 503


def test_a_probe_that_hangs_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(checking, "TIMEOUT", 0.05)
    go_on, asked = threading.Event(), []

    def hang():
        asked.append(1)
        go_on.wait(20)

    monkeypatch.setattr(probes, "documents", hang)
    try:
        for _ in range(3):
            results = check()
            assert "no answer" in results["documents"].error
            assert not results["documents"].is_up
        assert len(asked) == 1  # one that hangs is not joined by others
    finally:
        go_on.set()


def test_probing_is_cheap_because_answers_are_kept(monkeypatch):
    asked = []
    kept = Kept(lambda: asked.append(1) or {"database": checking.Result(service=SERVICES["database"])})
    for _ in range(100):
        kept.results()
    assert len(asked) == 1
    monkeypatch.setattr(checking.time, "monotonic", lambda: 10**9)
    kept.results()
    assert len(asked) == 2


def test_who_comes_while_somebody_asks_is_told_what_was_known():
    asking, go_on, known = threading.Event(), threading.Event(), {"database": object()}
    answers = [known, {}]

    def ask():
        if len(answers) == 1:
            asking.set()
            go_on.wait(20)
        return answers.pop(0)

    kept = Kept(ask)
    kept.results()
    kept._until = 0
    first = threading.Thread(target=kept.results)
    first.start()
    assert asking.wait(20)
    assert kept.results() is known
    go_on.set()
    first.join()
    assert kept.results() == {}


# --- Outages --------------------------------------------------------------------------------


def test_an_outage_begins_once_and_ends(down):
    restore = down("documents")
    check()
    [outage] = outages.current()
    assert outage.service is SERVICES["documents"] and isinstance(outage.since, datetime)
    check()
    assert outages.current() == [outage]
    restore()
    check()
    assert outages.current() == []


def test_outages_of_what_is_no_longer_configured_are_over(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    outages.begin("cache")
    assert [outage.service.name for outage in outages.current()] == ["cache"]
    settings.REDIS_URL = ""
    assert outages.current() == []


def test_a_folder_that_cannot_be_used_harms_nobody(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.OUTAGES_ROOT = tmp_path / "file" / "outages"
    assert outages.begin("documents") is False
    assert outages.current() == []


def test_what_failed_somebody_is_looked_at_and_again_until_it_is_back(settings, down):
    settings.OUTAGE_RECHECK_SECONDS = 0.05
    restore = down("documents")
    watching.suspect("documents")
    wait_for(outages.current, what="outage")
    restore()
    wait_for(lambda: not outages.current(), what="end of the outage")
    wait_for(lambda: watching._watcher is None, what="end of the watch")


def test_a_suspect_that_is_well_is_cleared(settings):
    settings.OUTAGE_RECHECK_SECONDS = 0.05
    watching.suspect("documents")
    wait_for(lambda: watching._watcher is None, what="end of the watch")
    assert outages.current() == []


def raised(kind, *causes):
    """An error of this kind that came from others."""
    error = kind("no answer")
    error.__cause__ = raised(*causes) if causes else None
    return error


def kind_of(module, name="OperationalError"):
    return type(name, (Exception,), {"__module__": module})


@pytest.mark.parametrize(
    ("error", "service"),
    [
        (raised(OperationalError, kind_of("MySQLdb")), "database"),
        (raised(OperationalError, kind_of("pymongo.errors", "ServerSelectionTimeoutError")), "documents"),
        (raised(kind_of("kombu.exceptions"), kind_of("redis.exceptions", "ConnectionError")), "broker"),
        (raised(kind_of("redis.exceptions", "ConnectionError")), "cache"),
        (raised(kind_of("botocore.exceptions", "EndpointConnectionError")), "files"),
        (raised(kind_of("botocore.exceptions", "ClientError")), None),
        (raised(kind_of("MySQLdb", "IntegrityError")), None),
        (raised(OperationalError, kind_of("sqlite3")), None),
        (ValueError("no"), None),
    ],
)
def test_the_error_tells_which_service_it_was(error, service):
    assert noticing.service_of(error) == service


def test_errors_that_are_logged_anywhere_are_noticed(monkeypatch, caplog):
    import logging

    suspected = []
    monkeypatch.setattr(watching, "suspect", suspected.append)
    try:
        raise raised(OperationalError, kind_of("pymongo.errors", "AutoReconnect"))
    except OperationalError:
        logging.getLogger("reviews.templatetags.reviews").exception("the document store did not answer")
    assert suspected == ["documents"]


def test_nothing_is_watched_where_it_is_switched_off():
    watching.suspect("documents")
    assert watching._watcher is None


def test_the_first_visitor_of_a_balancer_makes_no_session():
    client = Client(headers={"host": "10.1.1.1"})
    client.get("/health/ready")
    assert not client.cookies
