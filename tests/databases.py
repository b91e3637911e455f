"""The databases that tests begin with: migrated once, then copied.

Migrating takes longest of all that a run prepares, and every worker and every shop of a test needs
the same tables. So what was migrated is kept until a migration or a library changes.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase

from tests.settings import EMBEDDED, RUN_DIR_VARIABLE

if TYPE_CHECKING:
    from tests.servers.mariadb import Client

ROOT = Path(__file__).resolve().parent.parent
FILES = {"default": "shop.sqlite3", "documents": "documents.sqlite3"}

KEPT = ROOT / ".pytest_cache" / "migrated"

# Migrating throws away thousands of model classes, and looking for them takes half its time.
_MIGRATE = """
import gc, sys
from django.core.management import execute_from_command_line
gc.disable()
execute_from_command_line(["manage.py", "migrate", "--database", sys.argv[1], "--verbosity", "0"])
"""


def migrated() -> Path:
    """The folder of this run with migrated, otherwise empty databases (`FILES`).

    Whichever worker asks first makes it, both databases at the same time; the others wait.
    """
    folder = _run_dir() / "migrated"
    with _once("migrated") as is_first:
        if is_first and not _take("sqlite", folder):
            folder.mkdir()
            _migrate({alias: EMBEDDED | {"VAR_DIR": str(folder)} for alias in FILES})
            _keep("sqlite", folder)
    return folder


def copy_migrated(alias: str) -> None:
    """Put a copy of the migrated database where Django expects the test database `alias`."""
    creation = connections[alias].creation
    name = str(creation._get_test_db_name())  # type: ignore[attr-defined]
    match connections[alias].vendor:
        case "sqlite":
            shutil.copyfile(migrated() / FILES[alias], name)
        case "mysql":
            _copy_mysql(os.environ["DATABASE_URL"], name)
        case "mongodb":
            _copy_mongodb(os.environ["MONGODB_URI"], name)


def migrated_dump(server: "Client") -> bytes:
    """A migrated MySQL database as SQL, made at `server` unless it is there already."""
    folder = _run_dir() / "mysql"
    with _once("mysql") as is_first:
        if is_first and not _take("mysql", folder):
            folder.mkdir()
            _migrate({"default": {"DATABASE_URL": server.url("migrated")}})
            (folder / "dump.sql").write_bytes(server.dump("migrated"))
            _keep("mysql", folder)
    return (folder / "dump.sql").read_bytes()


_empty_all = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
_only: list[str] = []


def empty_only(alias: str) -> None:
    """Have Django empty no other database at the end of this test."""
    _only.append(alias)


def _empty(test: TransactionTestCase) -> None:
    if not _only:
        _empty_all(test)
    while _only:
        # Tables stay, and with them what `migrate` makes of them.
        options = {"verbosity": 0, "interactive": False, "inhibit_post_migrate": True}
        call_command("flush", database=_only.pop(), **options)


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _copy_mysql(url: str, name: str) -> None:
    from tests.servers.mariadb import Client

    server = Client(urlsplit(url).port or 3306)
    server.load(name, migrated_dump(server))


def _copy_mongodb(uri: str, name: str) -> None:
    from tests.servers.mongodb import Client

    server = Client(urlsplit(uri).port or 27017)
    with _once("mongodb") as is_first:
        if is_first:
            _migrate({"documents": {"MONGODB_URI": server.url("migrated")}})
    server.copy("migrated", name)


@contextmanager
def _once(what: str) -> Iterator[bool]:
    """Whether this is the first worker that comes here; the others wait for it and get False."""
    ready = _run_dir() / f"{what}.ready"
    with ready.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not ready.exists()
        ready.touch()


def _migrate(environments: dict[str, dict[str, str]]) -> None:
    """Migrate these databases at the same time, each in a process with this environment."""
    base = os.environ | {"DJANGO_SETTINGS_MODULE": "ecommerce.settings"}
    makers = {
        alias: subprocess.Popen([sys.executable, "-c", _MIGRATE, alias], cwd=ROOT, env=base | environment)
        for alias, environment in environments.items()
    }
    failed = [alias for alias, maker in makers.items() if maker.wait()]
    if failed:
        raise RuntimeError(f"migrating failed: {', '.join(failed)}")


def _take(kind: str, folder: Path) -> bool:
    """Copy what an earlier run kept to `folder`; whether there was something that still fits."""
    kept = KEPT / f"{kind}-{_state()}"
    if kept.is_dir():
        shutil.copytree(kept, folder)
    return kept.is_dir()


def _keep(kind: str, folder: Path) -> None:
    """Keep a copy of `folder` in place of older ones, whole or not at all."""
    kept = KEPT / f"{kind}-{_state()}"
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in KEPT.glob(f"{kind}-*"):
        shutil.rmtree(old, ignore_errors=True)
    draft = shutil.copytree(folder, KEPT / f"draft-{kind}-{os.getpid()}")
    try:
        draft.rename(kept)
    except OSError:  # another run was faster
        shutil.rmtree(draft)


@cache
def _state() -> str:
    """A digest of all that decides what the tables look like."""
    found = hashlib.sha256(sys.version.encode())
    patterns = ("constraints.txt", "*/migrations/*.py", "*/roles.py", "ecommerce/m*/*.py")
    for file in sorted(file for pattern in patterns for file in ROOT.glob(pattern)):
        found.update(file.read_bytes())
    return found.hexdigest()[:20]


def _run_dir() -> Path:
    return Path(os.environ[RUN_DIR_VARIABLE])
