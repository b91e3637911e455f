"""The document store is down, whichever the tests run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections


@contextmanager
def documents_down() -> Iterator[None]:
    """In the block nothing can be asked of the document store by this thread.

    An SQLite file cannot be opened, or nobody listens at MongoDB's port.
    """
    working = connections["documents"]
    broken: Any = working.copy()
    if broken.vendor == "mongodb":
        # Port 9 is "discard": nothing listens there, and nothing that a test starts is given it.
        broken.settings_dict["HOST"] = "mongodb://127.0.0.1:9/"
        broken.settings_dict["OPTIONS"] |= {"serverSelectionTimeoutMS": 200}
        broken._connection_pools = {}
    else:
        broken.settings_dict["NAME"] = str(settings.VAR_DIR / "no-such-folder" / "documents.sqlite3")
    connections["documents"] = broken
    try:
        yield
    finally:
        connections["documents"] = working
        if broken.vendor == "mongodb" and broken.connection is not None:
            broken.close_pool()
