"""Both document stores at once, for copying: the one the shop uses, and the other."""

import copy

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections


def alias_of(store: str) -> str:
    """The database alias of a document store ("embedded", "mongodb"), which is made when asked for.

    Raises KeyError for a store that is not configured.
    """
    wanted = settings.DOCUMENT_STORES[store]
    if settings.DATABASES["documents"] is wanted:
        return "documents"
    alias = f"documents-{store}"
    if alias not in connections.settings:
        # Its own copy: a test run renames databases.
        made = {DEFAULT_DB_ALIAS: connections.settings[DEFAULT_DB_ALIAS], alias: copy.deepcopy(wanted)}
        connections.settings[alias] = connections.configure_settings(made)[alias]
    return alias
