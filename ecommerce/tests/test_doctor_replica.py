"""What the doctor says of a copy of the database that follows, lags or has stopped."""

import pytest
from django.db.utils import ConnectionHandler

from ecommerce.health import probes
from ecommerce.health.doctor import databases
from ecommerce.health.doctor.problem import Problem
from tests.polling import wait_for
from tests.servers import MariaDB


@pytest.fixture(scope="module")
def servers():
    """A primary and a copy that follows it."""
    with MariaDB("--log-bin=binlog", "--server-id=1") as primary, MariaDB("--server-id=2") as copy:
        primary.run("CREATE USER 'copier'@'127.0.0.1' IDENTIFIED BY 'for-tests'")
        primary.run("GRANT REPLICATION SLAVE ON *.* TO 'copier'@'127.0.0.1'")
        copy.run("CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'for-tests'")
        copy.run("GRANT SELECT ON *.* TO 'reader'@'127.0.0.1'")
        copy.run(
            "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_USER='copier', MASTER_PASSWORD='for-tests',"
            f" MASTER_PORT={primary.port}, MASTER_USE_GTID=slave_pos"
        )
        copy.run("START REPLICA")
        yield primary, copy


@pytest.fixture
def replica(servers, monkeypatch, django_db_blocker):
    """`replica(user)`: the shop's replica is the copy, read by this user."""

    def connect(user="root", password=""):
        values = {"ENGINE": "django.db.backends.mysql", "HOST": "127.0.0.1", "PORT": servers[1].port}
        values |= {"USER": user, "PASSWORD": password, "NAME": "information_schema"}
        monkeypatch.setattr(probes, "connections", ConnectionHandler({"default": values, "replica": values}))

    with django_db_blocker.unblock():  # the databases are its own
        yield connect


def behind(servers):
    with servers[1].connect() as connection, connection.cursor() as cursor:
        return databases._replica_status(cursor).get("seconds_behind_master")


def test_a_copy_that_follows_says_how_far_behind_it_is(servers, replica):
    wait_for(lambda: behind(servers) == 0, what="copy that follows")
    replica()
    assert databases.readable_replica("replica") == "readable, 0 s behind"
    probes.replica()


def test_a_copy_that_stopped_is_a_failure(servers, replica):
    replica()
    servers[1].run("STOP REPLICA")
    try:
        with pytest.raises(Problem, match="no longer follows"):
            databases.readable_replica("replica")
    finally:
        servers[1].run("START REPLICA")


def test_a_copy_that_is_late_is_a_failure(replica, monkeypatch):
    replica()
    monkeypatch.setattr(databases, "_replica_status", lambda cursor: {"seconds_behind_source": 600})
    with pytest.raises(Problem, match="600 s behind"):
        databases.readable_replica("replica")


def test_without_the_right_to_know_it_is_still_readable(replica):
    replica("reader", "for-tests")
    assert "REPLICA MONITOR" in databases.readable_replica("replica")


def test_a_server_that_follows_nobody_is_readable(servers, replica, monkeypatch):
    replica()
    monkeypatch.setattr(databases, "_replica_status", lambda cursor: {})
    assert "does not say" in databases.readable_replica("replica")
