"""`pytest -p tests.servers.plugin`: every store of the run is a private instance of the real thing.

The parent starts the servers before any settings are read and says in the environment where they are
(`tests/settings.py`); the workers of pytest-xdist inherit that, and each uses databases, a bucket and
a Redis number of its own.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.servers import S3, MariaDB, MongoDB, Redis

VARIABLE = "SHOP_TEST_SERVICES"
_servers = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    if VARIABLE not in os.environ:
        try:
            os.environ[VARIABLE] = json.dumps(_start())
        except pytest.skip.Exception as missing:
            pytest.exit(str(missing), returncode=0)
        except pytest.fail.Exception as missing:  # the same in CI
            pytest.exit(str(missing), returncode=1)
    return (yield)


def _start() -> dict[str, str]:
    """Start them all and return the environment of a shop that uses them."""
    database, documents = _servers.enter_context(MariaDB()), _servers.enter_context(MongoDB())
    cache, files = _servers.enter_context(Redis()), _servers.enter_context(S3())
    # One bucket for each worker that pytest-xdist may start.
    for number in range(int(os.environ.get("TEST_WORKERS", "2"))):
        files.bucket(f"shop-gw{number}")
    return {
        "DATABASE_URL": database.url("shop"),
        "MONGODB_URI": documents.url("shop"),
        "REDIS_URL": cache.url(),
        **files.bucket("shop"),
    }


def pytest_report_header() -> str:
    places = {key: value for key, value in json.loads(os.environ[VARIABLE]).items() if "KEY" not in key}
    return f"services: {places}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _servers.close()
