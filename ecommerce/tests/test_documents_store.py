"""What errors of the document store mean, and that nobody waits for one that is known to be gone."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.db.utils import ProgrammingError
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteError,
)

from ecommerce.lib import documents_store
from ecommerce.lib.documents_store import DocumentsUnavailable, or_unavailable
from ecommerce.mongodb import base
from ecommerce.mongodb.base import DatabaseWrapper
from tests.servers import free_port


def wrapped(cause, kind=DatabaseError):
    """As MongoDB's backend raises what its driver raised."""
    error = kind()
    error.__cause__ = cause
    return error


DOWN = [
    ServerSelectionTimeoutError("nobody"),
    wrapped(ServerSelectionTimeoutError("nobody")),
    wrapped(AutoReconnect("reset")),
    wrapped(NetworkTimeout("slow")),
    wrapped(OperationFailure("Authentication failed.", 18)),
    OperationalError("unable to open database file"),
    OperationalError("disk I/O error"),
    InterfaceError("closed"),
]
NOT_DOWN = [
    IntegrityError("UNIQUE"),
    wrapped(DuplicateKeyError("E11000"), IntegrityError),
    wrapped(WriteError("Document failed validation", 121)),
    ProgrammingError("no such column"),
    OperationalError("database is locked"),
    ValueError("something else"),
]


@pytest.mark.parametrize("error", DOWN, ids=repr)
def test_down(error):
    assert documents_store.is_down(error)
    with pytest.raises(DocumentsUnavailable), or_unavailable(DocumentsUnavailable("Not now.")):
        raise error


@pytest.mark.parametrize("error", NOT_DOWN, ids=repr)
def test_not_down(error):
    assert not documents_store.is_down(error)
    with pytest.raises(type(error)), or_unavailable(DocumentsUnavailable("Not now.")):
        raise error


def test_which_of_the_two_databases_is_meant_must_be_certain():
    assert documents_store.is_mongodb_down(wrapped(AutoReconnect("reset")))
    assert not documents_store.is_mongodb_down(OperationalError("unable to open database file"))


class Driver:
    """What the engine asks of MongoDB's client."""

    read_preference = None

    def __init__(self):
        self.has_server, self.error = False, None

    @property
    def topology_description(self):
        servers = {("127.0.0.1", 1): SimpleNamespace(error=self.error)}
        return SimpleNamespace(
            has_readable_server=lambda preference: self.has_server, server_descriptions=lambda: servers
        )


@pytest.fixture
def engine():
    settings = {
        "HOST": f"mongodb://127.0.0.1:{free_port()}/", "NAME": "shop", "OPTIONS": {}, "TIME_ZONE": None,
        "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "USER": "", "PASSWORD": "",
        "PORT": "", "ATOMIC_REQUESTS": False, "TEST": {},
    }  # fmt: skip
    engine = DatabaseWrapper(settings, alias="engine-of-a-test")
    engine._connection_pools = {}
    return engine


def test_what_the_driver_knows_decides_whether_anybody_is_asked(engine, monkeypatch):
    monkeypatch.setattr(base.base.DatabaseWrapper, "get_collection", lambda self, name: "asked")
    now = [1000.0]
    monkeypatch.setattr(base.time, "monotonic", lambda: now[0])
    assert engine.get_collection("a") == "asked", "nobody has looked for a server yet"
    driver = engine._connection_pools[engine.alias] = Driver()
    assert engine.get_collection("a") == "asked", "the driver has not looked yet"
    driver.error = AutoReconnect("refused")
    for _ in range(3):
        with pytest.raises(OperationalError) as refused:
            engine.get_collection("a")
        assert documents_store.is_mongodb_down(refused.value)
    now[0] += base.LOOK_AGAIN_SECONDS + 1
    assert engine.get_collection("a") == "asked", "one goes and looks"
    with pytest.raises(OperationalError):
        engine.get_collection("a")
    driver.has_server = True
    assert engine.get_collection("a") == "asked"


def test_the_first_question_waits_and_the_others_are_refused_at_once(engine):
    """With the real driver, and a port on which nobody listens."""
    engine.settings_dict["OPTIONS"] = {"serverSelectionTimeoutMS": 300}
    with pytest.raises(documents_store.ERRORS) as first:
        engine.get_collection("a").find_one()
    assert documents_store.is_mongodb_down(first.value)
    with pytest.raises(OperationalError, match="no server of the document store answers"):
        engine.get_collection("a")
    engine.close_pool()
