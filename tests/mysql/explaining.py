"""What the database does for a statement, by EXPLAIN."""

import re
from collections.abc import Iterator

from django.db import connection

from tests.mysql.many import ROWS

_TABLE = re.compile(r"(?:FROM|JOIN|UPDATE) `(\w+)`(?: (?:AS )?`?([A-Z]\w*)`?(?= ))?")
_EXPLAINED = ("SELECT", "UPDATE", "DELETE", "(SELECT")


def tables_read_whole(sql: str) -> Iterator[str]:
    """The big tables of which `sql` looks at every row, or at every entry of an index."""
    if not sql.lstrip().startswith(_EXPLAINED):
        return
    names = {alias or table: table for table, alias in _TABLE.findall(sql)}
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        columns = [column[0] for column in cursor.description]
        steps = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    for step in steps:
        whole = step["type"] == "ALL" or (step["type"] == "index" and int(step["rows"] or 0) >= ROWS)
        if whole and step["table"] and not step["table"].startswith("<"):
            yield str(names.get(step["table"], step["table"]))
