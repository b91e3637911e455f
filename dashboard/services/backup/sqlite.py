"""One SQLite file, copied while the shop writes to it, by SQLite's own online backup."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

from dashboard.services.backup.aliases import second_connection

SUFFIX = "sqlite3"
# Pages copied before other writers get their turn.
PAGES = 2000


@contextmanager
def dump(alias: str, target: Path) -> Iterator[str]:
    """Copy the database to `target`; gives the name of a connection to the copy."""
    with closing(sqlite3.connect(target)) as copy:
        _connection(alias).backup(copy, pages=PAGES, sleep=0.05)
        # One file, that needs no others beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    with second_connection(alias, NAME=target, OPTIONS={}) as name:
        yield name


def load(alias: str, source: Path) -> None:
    """Replace the database with the copy, all or nothing; open connections see the new content."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
        [(state,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
        if state != "ok":
            raise sqlite3.DatabaseError(f"{source.name} is damaged: {state}")
        copy.backup(_connection(alias))
    connections[alias].close()


def is_empty(alias: str) -> bool:
    """Whether nothing has been made in the database yet, not even tables."""
    return not connections[alias].introspection.table_names()


def clear(alias: str) -> None:
    """Nothing to do: `load` replaces all there is."""


def _connection(alias: str) -> Any:
    connections[alias].ensure_connection()
    return connections[alias].connection
