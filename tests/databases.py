"""The databases that tests begin with: migrated once, then copied.

Migrating takes longest of all that a run prepares, and every worker and every shop of a test needs
the same tables. So what was migrated is kept until a migration or a library changes.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connections, transaction
from django.test import TransactionTestCase

from tests.settings import EMBEDDED, RUN_DIR_VARIABLE

if TYPE_CHECKING:
    from tests.servers.mariadb import Client
    from tests.servers.mongodb import Client as DocumentsClient

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
            with closing(sqlite3.connect(name)) as file:
                tables = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                _note_rows(alias, file.cursor(), [table for (table,) in tables])
        case "mysql":
            _copy_mysql(os.environ["DATABASE_URL"], name, alias)
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


def migrated_documents(server: "DocumentsClient") -> bytes:
    """A migrated database of MongoDB's protocol, made at `server` unless it is there already."""
    folder = _run_dir() / "mongodb"
    with _once("mongodb") as is_first:
        if is_first and not _take("mongodb", folder):
            folder.mkdir()
            _migrate({"documents": {"MONGODB_URI": server.url("migrated")}})
            (folder / "dump.bson").write_bytes(server.dump("migrated"))
            _keep("mongodb", folder)
    return (folder / "dump.bson").read_bytes()


_only: list[str] = []


def empty_only(alias: str) -> None:
    """Have Django empty no other database at the end of this test."""
    _only.append(alias)


def _empty(test: TransactionTestCase) -> None:
    """At the end of a test that committed: as after migrating, with the roles that migrations made."""
    aliases = list(_only) or test._databases_names(include_mirrors=False)  # type: ignore[attr-defined]
    _only.clear()
    for alias in aliases:
        options = {"verbosity": 0, "interactive": False, "inhibit_post_migrate": True}
        call_command("flush", database=alias, **options)
        _put_back(alias)


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]

# Rows that migrations make: database -> table -> (columns, rows).
_made: dict[str, dict[str, tuple[list[str], list[tuple[Any, ...]]]]] = {}


def _note_rows(alias: str, cursor: Any, tables: list[str]) -> None:
    _made[alias] = {}
    for table in tables:
        cursor.execute(f"SELECT * FROM {table}")
        if rows := cursor.fetchall():
            _made[alias][table] = [column[0] for column in cursor.description], [tuple(row) for row in rows]


def _put_back(alias: str) -> None:
    connection = connections[alias]
    emptied = (
        set(connection.introspection.django_table_names(only_existing=True)) if alias in _made else set()
    )
    tables = {table: made for table, made in _made.get(alias, {}).items() if table in emptied}
    if not tables:
        return
    with connection.constraint_checks_disabled(), transaction.atomic(using=alias):
        for table, (columns, rows) in tables.items():
            names = ",".join(connection.ops.quote_name(column) for column in columns)
            marks = ",".join(["%s"] * len(columns))
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _copy_mysql(url: str, name: str, alias: str) -> None:
    from tests.servers.mariadb import Client

    server = Client(urlsplit(url).port or 3306)
    server.load(name, migrated_dump(server))
    with closing(server.connect(name)) as made:
        cursor = made.cursor()
        cursor.execute("SHOW TABLES")
        _note_rows(alias, cursor, [table for (table,) in cursor.fetchall()])


def _copy_mongodb(uri: str, name: str) -> None:
    from tests.servers.mongodb import Client

    server = Client(urlsplit(uri).port or 27017)
    server.load(name, migrated_documents(server))


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
    patterns = (
        "constraints.txt", "*/migrations/*.py", "*/roles.py", "*/models.py", "*/models/*.py",
        "ecommerce/m*/*.py", "ecommerce/lib/document_rules.py",
    )  # fmt: skip
    for file in sorted(file for pattern in patterns for file in ROOT.glob(pattern)):
        found.update(file.read_bytes())
    return found.hexdigest()[:20]


def _run_dir() -> Path:
    return Path(os.environ[RUN_DIR_VARIABLE])
