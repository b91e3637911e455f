"""Full-text search by MySQL's and MariaDB's FULLTEXT; see `catalog.services.search`.

The index knows committed rows only, and is up to date with the commit that changed them.
"""

from collections.abc import Sequence

from django.db import connections, router

from catalog.models import SearchEntry

# InnoDB indexes no word shorter than this, and none of its stop words: asking for one of them
# with "+" finds nothing at all, so the short are looked for by LIKE, and the others left out.
_SHORTEST = 3
_STOP_WORDS = frozenset(
    {
        *("about", "are", "com", "for", "from", "how", "that", "the", "this", "und", "was", "what"),
        *("when", "where", "who", "will", "with", "www", "a", "an", "as", "at", "be", "by", "de"),
        *("en", "i", "in", "is", "it", "la", "of", "on", "or", "to"),
    }
)


def match(words: Sequence[str], *, limit: int, any_word: bool = False) -> list[int]:
    """Ids of the products with all `words` (or any of them), the best first.

    The last word also matches as the beginning of a longer one. `words` hold letters and
    digits only, so none of them can be an operator of boolean mode.
    """
    if not words:
        return []
    *whole, last = words
    indexed = [word for word in whole if len(word) >= _SHORTEST and word not in _STOP_WORDS]
    patterns = [f"% {word} %" for word in whole if len(word) < _SHORTEST and word not in _STOP_WORDS]
    # What a word begins with may be a stop word: "for" of "forest".
    if len(last) >= _SHORTEST:
        indexed.append(f"{last}*")
    else:
        patterns.append(f"% {last}%")

    conditions, parameters, order = [], [], ["product_id"]
    if indexed:
        conditions.append("MATCH(title, body) AGAINST (%s IN BOOLEAN MODE)")
        parameters.append(" ".join(indexed if any_word else [f"+{word}" for word in indexed]))
    if not (any_word and indexed):
        conditions += ["CONCAT(' ', title, ' ', body, ' ') LIKE %s"] * len(patterns)
        parameters += patterns
    if indexed:
        order.insert(
            0,
            "10 * MATCH(title) AGAINST (%s IN BOOLEAN MODE)"
            " + MATCH(title, body) AGAINST (%s IN BOOLEAN MODE) DESC",
        )
        parameters += [" ".join(indexed)] * 2
    glue = " OR " if any_word else " AND "
    sql = (
        f"SELECT product_id FROM catalog_searchentry WHERE {glue.join(conditions)} "
        f"ORDER BY {', '.join(order)} LIMIT %s"
    )
    with connections[router.db_for_read(SearchEntry)].cursor() as cursor:
        cursor.execute(sql, [*parameters, limit])
        return [row[0] for row in cursor.fetchall()]
