"""Whether the databases keep what they are given, by the rules the shop relies on."""

import uuid
from contextlib import closing
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from ecommerce.health.doctor.problem import PATIENCE, Problem
from ecommerce.health.probes import connection_to, mongo_client

# Four bytes in UTF-8: MySQL's own "utf8" refuses it or keeps a question mark.
SAMPLE = "Grüße 🧺"
# More than this and reports are about another day than staff think.
_TOO_LATE = 60


def writable(alias: str) -> str:
    """Write, read and undo. Raises Problem where the server keeps other rules than the shop needs."""
    if connections[alias].vendor == "mongodb":
        return _documents(alias)
    with closing(connection_to(alias, seconds=PATIENCE)) as connection:
        words = _rules_of_mysql(connection) if connection.vendor == "mysql" else "SQLite"
        _row(connection)
    return words


def _row(connection: BaseDatabaseWrapper) -> None:
    """One row of a table that only this connection sees, in a transaction that is undone."""
    table = f"doctor_{uuid.uuid4().hex}"
    connection.ensure_connection()
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} (words VARCHAR(20))")
        cursor.execute(f"INSERT INTO {table} VALUES (%s)", [SAMPLE])  # noqa: S608
        cursor.execute(f"SELECT words FROM {table}")  # noqa: S608
        [(kept,)] = cursor.fetchall()
    connection.rollback()
    connection.set_autocommit(True)
    if kept != SAMPLE:
        raise Problem(
            f"wrote “{SAMPLE}” and read “{kept}”", advice="Make the database with CHARACTER SET utf8mb4."
        )


def _rules_of_mysql(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        modes = set(_ask(cursor, "@@SESSION.sql_mode").split(","))
        characters = _ask(cursor, "@@SESSION.character_set_connection")
        default = _ask(cursor, "@@character_set_database")
        isolation = _isolation(cursor)
        version = _ask(cursor, "VERSION()")
    if not modes & {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}:
        raise Problem(
            "sql_mode is not strict: values that do not fit are cut off",
            advice="Take init_command out of the OPTIONS in DATABASE_URL; the shop sets the mode itself.",
        )
    if {characters, default} != {"utf8mb4"}:
        raise Problem(
            f"the characters are {default} (connection: {characters}), not utf8mb4",
            advice=f"ALTER DATABASE `{connection.settings_dict['NAME']}` CHARACTER SET utf8mb4; tables that "
            "are there already want CONVERT TO CHARACTER SET utf8mb4.",
        )
    if isolation != "READ-COMMITTED":
        raise Problem(
            f"the isolation level is {isolation}, not READ-COMMITTED",
            advice="Take isolation_level out of the OPTIONS in DATABASE_URL; the shop sets it itself.",
        )
    return f"{version}, strict, utf8mb4, read committed"


def _isolation(cursor: Any) -> str:
    try:
        return _ask(cursor, "@@SESSION.transaction_isolation")
    except DatabaseError:  # MariaDB before 11.1 calls it so
        return _ask(cursor, "@@SESSION.tx_isolation")


def _ask(cursor: Any, expression: str) -> str:
    cursor.execute(f"SELECT {expression}")
    return str(cursor.fetchone()[0])


def _documents(alias: str) -> str:
    """One document in a collection of its own, which goes again."""
    with mongo_client(seconds=PATIENCE) as client:
        collection = client[settings.DATABASES[alias]["NAME"]][f"doctor_{uuid.uuid4().hex}"]
        try:
            written = collection.insert_one({"words": SAMPLE}).inserted_id
            found = collection.find_one({"_id": written})
            if found is None or found["words"] != SAMPLE:
                raise Problem(f"wrote a document and read {found}")
            if collection.delete_one({"_id": written}).deleted_count != 1:
                raise Problem("a document could not be deleted")
        finally:
            collection.drop()
        return f"server {client.server_info()['version']}"


def migrated(alias: str) -> str:
    """Raises Problem while tables are not what the code expects."""
    with closing(connection_to(alias, seconds=PATIENCE)) as connection:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        first = f"{plan[0][0].app_label}.{plan[0][0].name}"
        raise Problem(f"{len(plan)} migrations are not applied, the first is {first}")
    return "all applied"


def readable_replica(alias: str) -> str:
    """Reads, and says how far the copy is behind. Raises Problem when it does not follow."""
    with closing(connection_to(alias, seconds=PATIENCE)) as connection, connection.cursor() as cursor:
        _ask(cursor, "1")
        if connection.vendor != "mysql":
            return "readable"
        try:
            status = _replica_status(cursor)
        except DatabaseError:
            return "readable; how far behind is not known: its user lacks the right REPLICA MONITOR"
    if not status:
        return "readable; it does not say that it follows another server"
    behind = status.get("seconds_behind_source", status.get("seconds_behind_master"))
    if behind is None:
        raise Problem("it no longer follows the database", advice="SHOW REPLICA STATUS on it says why.")
    if int(behind) > _TOO_LATE:
        raise Problem(f"it is {behind} s behind", advice="Wait, or look what keeps it: reports are late.")
    return f"readable, {behind} s behind"


def _replica_status(cursor: Any) -> dict[str, Any]:
    cursor.execute("SHOW REPLICA STATUS")
    row = cursor.fetchone()
    names = [column[0].lower() for column in cursor.description or ()]
    return dict(zip(names, row, strict=True)) if row else {}
