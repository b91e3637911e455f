"""What every test of every app can rely on.

- The environment and all files belong to this run (`tests/settings.py`).
- `django_db` wraps a test in a transaction that never commits, so work handed to
  `after_commit` does not run by itself. Use the `commit` fixture where it must:

      def test_a_paid_order_is_told_by_email(commit, mailoutbox):
          with commit():
              mark_paid(order=order)
          assert len(mailoutbox) == 1

- `client.force_login(user)` is a finished sign-in, the second step of staff included; by password
  alone: the fixture `half_signed_in`.
- Tests that write with several threads, or need a real commit, use
  `@pytest.mark.django_db(transaction=True)`.
- Tests that touch reviews or order files name both databases:
  `@pytest.mark.django_db(databases=["default", "documents"])`.
- What needs a program that a machine may lack says so with
  `tests.machine.require(…)`. Such tests are listed
  at the end of a run; with CI=true they fail.
"""

import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections, transaction
from django.test import Client
from hypothesis import HealthCheck, settings

from ecommerce.health import outages
from ecommerce.health.checking import latest
from tests.databases import copy_migrated, empty_only
from tests.machine import CANNOT_RUN
from tests.settings import RUN_DIR_VARIABLE

# How long an example takes says nothing here: other work may share the machine.
settings.register_profile("shop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shop")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end; the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Begin with copies of the run's migrated databases instead of migrating in every worker.

    pytest-django then "keeps" what it finds; all of it goes with the run's folder or servers.
    """
    for alias in connections:
        if connections[alias].settings_dict["TEST"].get("MIRROR") is None:
            copy_migrated(alias)
    return True


_sign_in_by_password = Client.force_login


def _sign_in_completely(client: Client, user: Any, backend: str | None = None) -> None:
    """A finished sign-in: staff passed their second step in this session."""
    _sign_in_by_password(client, user)
    if user.is_staff or user.is_superuser:
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()


Client.force_login = _sign_in_completely  # type: ignore[method-assign, assignment]


@pytest.fixture
def half_signed_in() -> Callable[[Client, Any], None]:
    """`half_signed_in(client, user)`: by password alone, the second step not passed."""
    return _sign_in_by_password


@pytest.fixture(autouse=True)
def _one_transaction(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where documents are in MongoDB, a test's rows are rolled back all the same.

    Its connections have no transactions that could be rolled back, so Django would leave them out for
    all databases of the test: every commit would be one, and afterwards every table be emptied. Here
    only the documents are.
    """
    mark = request.node.get_closest_marker("django_db")
    is_meant = mark and "documents" in mark.kwargs.get("databases", ()) and not mark.kwargs.get("transaction")
    if not is_meant or connections["documents"].features.supports_transactions:
        yield
        return
    request.getfixturevalue("db")
    with transaction.atomic(using="default"):
        yield
        transaction.set_rollback(True, using="default")
    empty_only("documents")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """The cache outlives a transaction that is rolled back; no test may see another's. Nor its outages."""
    cache.clear()
    outages.forget_all()
    latest.forget()
    yield


@pytest.fixture
def local_private_files(settings: Any, tmp_path: Any) -> None:
    """Private files in a folder of the test: S3 refuses who has another time than it."""
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "private"},
    }
    settings.STORAGES = settings.STORAGES | {"private": folder}


@pytest.fixture
def commit(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> Callable[..., AbstractContextManager[Any]]:
    """`with commit(): …` runs, at its end, what the block left to do after commit.

    For the other database: `with commit(using="documents")`.
    """
    return partial(django_capture_on_commit_callbacks, execute=True)


# Each test of these has a shop of its own or none.
_ONE_BY_ONE = ("tests/access/", "tests/contract/test_fuzzed.py", "tests/input/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share a running shop, servers or the demo's rows go to one worker, file by file.

    All others go to whoever is free. (`xdist_group` would say it by test, and does nothing with pytest 9.2.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shares = nodeid.startswith(("tests/", "demo/")) and not nodeid.startswith(_ONE_BY_ONE)
            return nodeid.partition("::")[0] if shares else nodeid

    return ByFile(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what could not run on this machine, and why."""
    reasons = Counter(
        report.longrepr[2].partition(CANNOT_RUN)[2]
        for report in terminalreporter.stats.get("skipped", [])
        if CANNOT_RUN in str(report.longrepr)
    )
    if reasons:
        terminalreporter.section("not run on this machine")
        for reason, count in reasons.items():
            terminalreporter.line(f"{count} tests: {reason}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove this run's folder; a worker of pytest-xdist leaves that to its parent."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[RUN_DIR_VARIABLE], ignore_errors=True)
