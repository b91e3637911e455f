"""Tables of exact text, and unique constraints with a condition."""

from typing import Any

from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.backends.mysql import schema
from django.db.models import Field, Model


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Makes every table in the exact collation, whatever the database's own is.

    Neither MySQL nor MariaDB has partial indexes. A unique constraint with a condition becomes a
    unique index over its columns and a generated one more, which is NULL where the condition does
    not hold: NULLs may repeat.
    """

    connection: Any  # our DatabaseWrapper, which knows the collation

    _sql_create_unique_if = (
        "ALTER TABLE %(table)s ADD COLUMN %(marker)s TINYINT "
        "GENERATED ALWAYS AS (CASE WHEN %(condition)s THEN 1 ELSE NULL END) VIRTUAL, "
        "ADD UNIQUE INDEX %(name)s (%(columns)s, %(marker)s)"
    )
    _sql_delete_unique_if = "ALTER TABLE %(table)s DROP INDEX %(name)s, DROP COLUMN %(marker)s"

    @property
    def sql_create_table(self) -> str:  # type: ignore[override]
        collation = self.connection.exact_collation
        return f"CREATE TABLE %(table)s (%(definition)s) CHARACTER SET utf8mb4 COLLATE {collation}"

    def make_exact(self) -> None:
        """Give tables that were made by another backend the exact collation; others stay."""
        collation = self.connection.exact_collation
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                " AND table_type = 'BASE TABLE' AND table_collation <> %s",
                [collation],
            )
            tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            quoted = self.quote_name(table)
            self.execute(f"ALTER TABLE {quoted} CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}")

    def _create_unique_sql(
        self,
        model: type[Model],
        fields: "list[Field[Any, Any]]",
        name: str | None = None,
        condition: str | None = None,
        **options: Any,
    ) -> Statement | None:
        if not condition:
            plain: Statement | None = super()._create_unique_sql(  # type: ignore[misc]
                model, fields, name=name, **options
            )
            return plain
        assert name, "a constraint has a name"
        table = model._meta.db_table
        return Statement(
            self._sql_create_unique_if,
            table=Table(table, self.quote_name),
            name=self.quote_name(name),
            marker=self.quote_name(self._marker(name)),
            columns=Columns(table, [str(field.column) for field in fields], self.quote_name),
            condition=condition,
        )

    def _delete_unique_sql(
        self, model: type[Model], name: str, condition: str | None = None, **options: Any
    ) -> Statement | None:
        if not condition:
            plain: Statement | None = super()._delete_unique_sql(  # type: ignore[misc]
                model, name, **options
            )
            return plain
        return Statement(
            self._sql_delete_unique_if,
            table=Table(model._meta.db_table, self.quote_name),
            name=self.quote_name(name),
            marker=self.quote_name(self._marker(name)),
        )

    def _index_condition_sql(self, condition: str | None) -> str:
        """An index over all rows serves the queries of one over some."""
        return ""

    def _marker(self, name: str) -> str:
        return f"{name}_if"
