"""Full-text search by MySQL's and MariaDB's FULLTEXT; see `catalog.services.search`."""

from collections.abc import Sequence

from django.db import connections, router

from catalog.models import SearchEntry

# InnoDB indexes no word shorter than this, and none of its stop words: asking for one of them
# with "+" finds nothing at all, so they are looked for by LIKE, or left out.
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
    indexed = [word for word in words if len(word) >= _SHORTEST and word not in _STOP_WORDS]
    short = [word for word in words if len(word) < _SHORTEST and word not in _STOP_WORDS]
    if not indexed and not short:
        return []
    sign = "" if any_word else "+"
    last = words[-1]
    expression = " ".join(f"{sign}{word}{'*' if word == last else ''}" for word in indexed)

    conditions, parameters, order = [], [], ["product_id"]
    if indexed:
        conditions.append("MATCH(title, body) AGAINST (%s IN BOOLEAN MODE)")
        parameters.append(expression)
    if short and not (any_word and indexed):
        for word in short:
            conditions.append("CONCAT(' ', title, ' ', body) LIKE %s")
            parameters.append(f"% {word}%")
    if indexed:
        order.insert(
            0,
            "10 * MATCH(title) AGAINST (%s IN BOOLEAN MODE)"
            " + MATCH(title, body) AGAINST (%s IN BOOLEAN MODE) DESC",
        )
        parameters += [expression.replace("+", "")] * 2
    glue = " OR " if any_word else " AND "
    sql = (
        f"SELECT product_id FROM catalog_searchentry WHERE {glue.join(conditions)} "
        f"ORDER BY {', '.join(order)} LIMIT %s"
    )
    with connections[router.db_for_read(SearchEntry)].cursor() as cursor:
        cursor.execute(sql, [*parameters, limit])
        return [row[0] for row in cursor.fetchall()]
