"""The full-text index over catalog_searchentry, in the words of each database.

SQLite: an FTS5 table that reads its text from catalog_searchentry and is kept by triggers, so
that no writer can forget it. (A later migration that alters catalog_searchentry must make the
triggers again: SQLite rebuilds the table then, and triggers go with the old one.)
MySQL and MariaDB: two FULLTEXT indexes, because MATCH names exactly the columns of one index.
"""

from django.db import migrations

SQLITE_UP = [
    """CREATE VIRTUAL TABLE catalog_searchentry_fts USING fts5(
        title, body, content='catalog_searchentry', content_rowid='product_id',
        tokenize='porter unicode61 remove_diacritics 2', prefix='2 3'
    )""",
    """CREATE TRIGGER catalog_searchentry_fts_insert AFTER INSERT ON catalog_searchentry BEGIN
        INSERT INTO catalog_searchentry_fts(rowid, title, body)
        VALUES (new.product_id, new.title, new.body);
    END""",
    """CREATE TRIGGER catalog_searchentry_fts_delete AFTER DELETE ON catalog_searchentry BEGIN
        INSERT INTO catalog_searchentry_fts(catalog_searchentry_fts, rowid, title, body)
        VALUES ('delete', old.product_id, old.title, old.body);
    END""",
    """CREATE TRIGGER catalog_searchentry_fts_update AFTER UPDATE ON catalog_searchentry BEGIN
        INSERT INTO catalog_searchentry_fts(catalog_searchentry_fts, rowid, title, body)
        VALUES ('delete', old.product_id, old.title, old.body);
        INSERT INTO catalog_searchentry_fts(rowid, title, body)
        VALUES (new.product_id, new.title, new.body);
    END""",
    "INSERT INTO catalog_searchentry_fts(catalog_searchentry_fts) VALUES ('rebuild')",
]
SQLITE_DOWN = [
    "DROP TRIGGER catalog_searchentry_fts_update",
    "DROP TRIGGER catalog_searchentry_fts_delete",
    "DROP TRIGGER catalog_searchentry_fts_insert",
    "DROP TABLE catalog_searchentry_fts",
]
MYSQL_UP = [
    "CREATE FULLTEXT INDEX catalog_searchentry_title ON catalog_searchentry (title)",
    "CREATE FULLTEXT INDEX catalog_searchentry_text ON catalog_searchentry (title, body)",
]
MYSQL_DOWN = [
    "DROP INDEX catalog_searchentry_text ON catalog_searchentry",
    "DROP INDEX catalog_searchentry_title ON catalog_searchentry",
]


def create_index(apps, schema_editor):
    for statement in {"sqlite": SQLITE_UP, "mysql": MYSQL_UP}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    for statement in {"sqlite": SQLITE_DOWN, "mysql": MYSQL_DOWN}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    # MySQL cannot roll DDL back, so no transaction is asked for there; SQLite has the migration's own.
    operations = [migrations.RunPython(create_index, drop_index, atomic=False)]
