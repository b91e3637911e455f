"""Things to remember until the open transaction ends, and not a moment longer.

What was noted is gone when the transaction commits, when it is rolled back, and when the savepoint in
which the first thing was noted is. Nothing is written and nothing is asked of the database.
"""

from typing import Any

from django.db import transaction


def page(name: str) -> dict[Any, Any]:
    """What was noted under `name` in this transaction. Outside of one each call gets an empty page."""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        return {}
    # Django drops the hooks of a transaction exactly when its notes have to go.
    for _, hook, *_ in connection.run_on_commit:
        pages = getattr(hook, "pages", None)
        if pages is not None:
            return pages.setdefault(name, {})
    return _new_pages().setdefault(name, {})


def _new_pages() -> dict[str, dict[Any, Any]]:
    pages: dict[str, dict[Any, Any]] = {}

    def close() -> None:
        # A test that runs the hooks in the middle of its own transaction begins anew after them.
        close.pages = None  # type: ignore[attr-defined]

    close.pages = pages  # type: ignore[attr-defined]
    transaction.on_commit(close)
    return pages
