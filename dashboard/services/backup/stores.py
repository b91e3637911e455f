"""Which module reads and writes which database."""

from types import ModuleType

from django.db import connections

from dashboard.services.backup import mongodb, mysql, sqlite
from dashboard.services.backup.errors import BackupError

# Documents first: what they refer to is then in the records, which are read after them
# (docs/production.md, "In which order").
ALIASES = ("documents", "default")
BY_VENDOR: dict[str, ModuleType] = {"sqlite": sqlite, "mysql": mysql, "mongodb": mongodb}


def store_of(alias: str) -> ModuleType:
    vendor = connections[alias].vendor
    if vendor not in BY_VENDOR:
        raise BackupError(f"The database “{alias}” is {vendor}: back it up by its own means.")
    return BY_VENDOR[vendor]
