"""These tests are about the run's own MySQL or MariaDB: `script/test --services tests/mysql`.

A run on the embedded stores has none, so there is nothing to collect.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.databases import migrated_dump
from tests.servers.mariadb import Client

collect_ignore_glob = [] if os.environ.get("DATABASE_URL", "").startswith("mysql") else ["test_*.py"]


@pytest.fixture
def past_the_shop() -> Client:
    """The run's server, for connections of one's own."""
    return Client(int(settings.DATABASES["default"]["PORT"]))


@pytest.fixture
def rival(transactional_db: None, past_the_shop: Client) -> Iterator[Any]:
    """A connection of somebody else to the test's database, in a transaction until it says otherwise."""
    made = past_the_shop.connect(connection.settings_dict["NAME"])
    made.autocommit(False)
    yield made
    made.close()


@pytest.fixture
def short_patience(transactional_db: None) -> Iterator[None]:
    """The database gives up waiting for a lock after a second, in this thread."""
    with connection.cursor() as cursor:
        cursor.execute("SET innodb_lock_wait_timeout = 1")
    yield
    connection.close()


@pytest.fixture(scope="session")
def migrated_mysql(django_db_setup: None) -> bytes:
    """The tables of this run's migrated database, as SQL."""
    return migrated_dump(Client(int(settings.DATABASES["default"]["PORT"])))
