"""A second connection to a database under a name of its own, for as long as a block lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections


@contextmanager
def second_connection(alias: str, **changes: Any) -> Iterator[str]:
    """The name of a connection like `alias` besides `changes`; closed and forgotten afterwards.

    Querysets can use it (`.using(name)`), which is how figures are read from a copy or a snapshot.
    """
    name = f"backup-of-{alias}"
    connections.settings[name] = {**connections[alias].settings_dict, **changes}
    try:
        yield name
    finally:
        connections[name].close()
        del connections[name]
        del connections.settings[name]
