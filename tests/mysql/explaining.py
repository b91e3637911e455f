"""What the database does for a statement, by EXPLAIN."""

import re
from collections.abc import Iterator

from django.db import connection

_TABLE = re.compile(r"(?:FROM|JOIN|UPDATE) `(\w+)`(?: (?:AS )?`?([A-Z]\w*)`?(?= ))?")
_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "(SELECT")


def tables_read_whole(sql: str) -> Iterator[str]:
    """The tables of which `sql` looks at every row."""
    if not sql.lstrip().startswith(_EXPLAINED):
        return
    names = {alias or table: table for table, alias in _TABLE.findall(sql)}
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        columns = [column[0] for column in cursor.description]
        steps = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    for step in steps:
        if step["type"] == "ALL" and step["table"] and not step["table"].startswith("<"):
            yield names.get(step["table"], step["table"])
