"""Full-text search by SQLite's FTS5; see `catalog.services.search` for the contract."""

from collections.abc import Sequence

from django.db import connection

# bm25() takes one weight per column: title, body.
_SQL = """
    SELECT rowid FROM catalog_searchentry_fts
    WHERE catalog_searchentry_fts MATCH %s
    ORDER BY bm25(catalog_searchentry_fts, 10.0, 1.0), rowid
    LIMIT %s
"""


def match(words: Sequence[str], *, limit: int, any_word: bool = False) -> list[int]:
    """Ids of the products with all `words` (or any of them), the best first.

    The last word also matches as the beginning of a longer one. `words` hold letters and
    digits only; in quotes, none of them can be an operator.
    """
    if not words:
        return []
    terms = [f'"{word}"' for word in words]
    terms[-1] += "*"
    expression = (" OR " if any_word else " AND ").join(terms)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [expression, limit])
        return [row[0] for row in cursor.fetchall()]
