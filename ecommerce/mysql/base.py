"""The backend: `ENGINE = "ecommerce.mysql"`. docs/adr/0017 says why there is one."""

from typing import Any

from django.db.backends.mysql import base
from django.db.backends.mysql.features import DatabaseFeatures as MySQLFeatures
from django.db.backends.mysql.operations import DatabaseOperations as MySQLOperations

from ecommerce.mysql.schema import DatabaseSchemaEditor

# What people search for is found in any case and with or without accents; explicit in the query, it
# goes before the columns' own collation.
_SEARCHED = "COLLATE utf8mb4_unicode_ci"


class DatabaseFeatures(MySQLFeatures):
    # By a generated column (`DatabaseSchemaEditor`); an index with a condition becomes a whole one.
    supports_partial_indexes = True


class DatabaseOperations(MySQLOperations):
    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        lookup = super().lookup_cast(lookup_type, internal_type)
        return f"LOWER({lookup})" if lookup_type == "iexact" else lookup

    def prep_for_iexact_query(self, x: object) -> str:
        """Nothing is escaped: it is compared, not matched."""
        return str(x)


def _count_write(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    # SET is what a new connection begins with.
    if not connection.in_atomic_block and not sql.upper().startswith(("SELECT", "SET ")):
        connection.writes += 1
    return execute(sql, params, many, context)


class DatabaseWrapper(base.DatabaseWrapper):
    """Text is equal when it is the same: case, accents and spaces at the end count.

    The columns' collation says so (`exact_collation`), for `=`, unique keys, joins and sorting.
    `iexact` disregards case alone, so `rené@…` is not `rene@…`; `icontains`, `istartswith` and
    `iendswith` disregard accents too.
    """

    # What was sent and cannot be taken back, even if no answer comes: COMMITs, and writes outside of a
    # transaction. `ecommerce/lib/transactions.py` asks.
    writes = 0

    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    operators = base.DatabaseWrapper.operators | {
        "iexact": "= LOWER(%s)",
        "icontains": f"LIKE %s {_SEARCHED}",
        "istartswith": f"LIKE %s {_SEARCHED}",
        "iendswith": f"LIKE %s {_SEARCHED}",
    }
    pattern_ops = base.DatabaseWrapper.pattern_ops | {
        "icontains": f"LIKE CONCAT('%%', {{}}, '%%') {_SEARCHED}",
        "istartswith": f"LIKE CONCAT({{}}, '%%') {_SEARCHED}",
        "iendswith": f"LIKE CONCAT('%%', {{}}) {_SEARCHED}",
    }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.execute_wrappers.append(_count_write)

    def _commit(self) -> None:
        self.writes += 1
        super()._commit()  # type: ignore[misc]

    @property
    def exact_collation(self) -> str:
        """The collation in which text is equal only to itself; each of the two has its own name."""
        return "utf8mb4_nopad_bin" if self.mysql_is_mariadb else "utf8mb4_0900_bin"
