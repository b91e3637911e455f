"""MySQL or MariaDB, by its own dump program and client.

Rows and figures come from one moment. `LOCK TABLES … READ` holds every writer back for the fraction of a
second in which both snapshots begin, the dump's and ours; then the shop goes on, and both are read. The
password is in a file that only this user can read, never among the arguments of a process.
"""

import gzip
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.db import OperationalError, connections

from dashboard.services.backup.aliases import second_connection
from dashboard.services.backup.errors import BackupError

SUFFIX = "sql.gz"
DUMP = ("mariadb-dump", "mysqldump")
CLIENT = ("mariadb", "mysql")
CHUNK = 1024 * 1024
# How long writers may be held back by a transaction that does not end, and how often it is tried.
LOCK_WAIT = 5
ATTEMPTS = 5
_LOCK_WAIT_TIMEOUT = 1205
# The dump has begun its snapshot before it writes down the first table.
_FIRST_TABLE = b"CREATE TABLE"


@contextmanager
def dump(alias: str, target: Path) -> Iterator[str]:
    """Write the database to `target`; gives the name of a connection that sees the same moment."""
    options = {**connections[alias].settings_dict["OPTIONS"], "isolation_level": "repeatable read"}
    with second_connection(alias, OPTIONS=options) as snapshot, _own_defaults(alias) as defaults:
        lock = connections[alias].copy()
        try:
            _hold_writers(lock)
            with connections[snapshot].cursor() as cursor:
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            command = [
                _program(DUMP), f"--defaults-extra-file={defaults}", "--single-transaction", "--quick",
                "--no-tablespaces", "--skip-lock-tables", "--skip-comments", "--hex-blob",
                "--default-character-set=utf8mb4", connections[alias].settings_dict["NAME"],
            ]  # fmt: skip
            _run_dump(command, target, lock)
        finally:
            lock.close()
        yield snapshot


def load(alias: str, source: Path) -> None:
    """Run the dump into an empty database."""
    connections[alias].close()
    with _own_defaults(alias) as defaults, gzip.open(source, "rb") as content:
        command = [_program(CLIENT), f"--defaults-extra-file={defaults}", "--default-character-set=utf8mb4"]
        process = subprocess.Popen(
            [*command, connections[alias].settings_dict["NAME"]],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # its own words follow
            shutil.copyfileobj(content, process.stdin, CHUNK)
        _, errors = process.communicate()
        if process.returncode:
            raise BackupError(f"{command[0]} failed: {errors.decode(errors='replace').strip()}")


def is_empty(alias: str) -> bool:
    """Whether nothing has been made in the database yet, not even tables."""
    return not connections[alias].introspection.table_names()


def clear(alias: str) -> None:
    """Drop every table."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


def _hold_writers(lock: Any) -> None:
    """Let running transactions finish, and keep new ones from writing until `lock` is closed."""
    with lock.cursor() as cursor:
        names = [lock.ops.quote_name(name) for name in lock.introspection.table_names(cursor)]
        if not names:
            return
        cursor.execute(f"SET SESSION lock_wait_timeout = {LOCK_WAIT}")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                cursor.execute("LOCK TABLES " + ", ".join(f"{name} READ" for name in names))
                return
            except OperationalError as error:
                if error.args[0] != _LOCK_WAIT_TIMEOUT or attempt == ATTEMPTS:
                    raise
                cursor.execute("UNLOCK TABLES")


def _run_dump(command: list[str], target: Path, lock: Any) -> None:
    with gzip.open(target, "wb", compresslevel=6) as packed, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        try:
            _copy(process.stdout, packed, lock)
        finally:
            process.stdout.close()
            code = process.wait()
        if code:
            errors.seek(0)
            raise BackupError(f"{command[0]} failed: {errors.read().decode(errors='replace').strip()}")


def _copy(source: IO[bytes], target: Any, lock: Any) -> None:
    """Copy all of it, and let writers go on as soon as the dump reads from its snapshot."""
    begun, seen = False, b""
    while chunk := os.read(source.fileno(), CHUNK):
        target.write(chunk)
        if not begun:
            seen += chunk
            if _FIRST_TABLE in seen:
                lock.close()
                begun = True


@contextmanager
def _own_defaults(alias: str) -> Iterator[Path]:
    """A file of options with address and password, readable by this user only."""
    parameters = connections[alias].get_connection_params()
    given = {
        "host": parameters.get("host"),
        "port": parameters.get("port"),
        "socket": parameters.get("unix_socket"),
        "user": parameters.get("user"),
        "password": parameters.get("password"),
        "ssl-ca": (parameters.get("ssl") or {}).get("ca"),
    }
    with tempfile.TemporaryDirectory(prefix="shop-backup-") as folder:
        path = Path(folder, "client.cnf")
        lines = [f"{name}={_quoted(value)}\n" for name, value in given.items() if value]
        path.touch(mode=0o600)
        path.write_text("[client]\n" + "".join(lines))
        yield path


def _quoted(value: Any) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _program(names: tuple[str, ...]) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise BackupError(f"None of {' and '.join(names)} is installed (the package mariadb-client).")
