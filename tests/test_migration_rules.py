"""Migrations since the last release do nothing that the release before does not survive."""

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from tests.migration_rules import RELEASED, dangers, newer_than_released


def state():
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=40, default="")),
        ("code", models.CharField(max_length=40, null=True)),
        ("count", models.IntegerField(default=0)),
    ]
    found = ProjectState()
    found.add_model(ModelState("catalog", "Thing", fields))
    return found


def migration(*operations, **attributes):
    made = type("Migration", (migrations.Migration,), {"operations": list(operations)} | attributes)
    return made("9999_test", "catalog")


def nothing(apps, schema_editor):
    pass


def test_every_migration_since_the_release_is_safe():
    found = [words for one, before in newer_than_released() for words in dangers(one, before)]
    assert not found, "\n".join(found)


def test_the_release_names_migrations_that_exist():
    from django.db.migrations.loader import MigrationLoader

    there = MigrationLoader(None).disk_migrations
    assert {(app, name) for app, name in RELEASED.items()} <= there.keys()


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.RemoveField("thing", "name"), "asks for the column"),
        (migrations.RenameField("thing", "name", "title"), "old name"),
        (migrations.DeleteModel("Thing"), "asks for the table"),
        (migrations.RenameModel("Thing", "Object"), "old name"),
        (migrations.AlterModelTable("Thing", "things"), "old name"),
        (migrations.RunSQL("SELECT 1"), "nobody can tell"),
        (migrations.AddField("thing", "size", models.IntegerField(default=0)), "db_default"),
        (migrations.AlterField("thing", "code", models.CharField(max_length=40)), "still writes NULL"),
        (migrations.AlterField("thing", "name", models.CharField(max_length=20)), "longer texts"),
        (migrations.AlterField("thing", "name", models.CharField(max_length=40, unique=True)), "same twice"),
        (migrations.AlterField("thing", "count", models.CharField(max_length=40)), "changes from"),
        (migrations.RunPython(nothing), "cannot be undone"),
    ],
)
def test_what_the_older_release_does_not_survive_is_found(operation, words):
    [found] = dangers(migration(operation), state())
    assert words in found
    # Said in words, it is the second step of two.
    assert not dangers(migration(operation, contracts="nothing reads it since 1.4"), state())


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("thing", "size", models.IntegerField(db_default=0)),
        migrations.AddField("thing", "size", models.IntegerField(null=True)),
        migrations.AlterField("thing", "name", models.CharField(max_length=80)),
        migrations.AlterField("thing", "code", models.CharField(max_length=40, db_default="")),
        migrations.AddIndex("thing", models.Index(fields=["name"], name="thing_name")),
        migrations.RunPython(nothing, nothing),
        migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
    ],
)
def test_what_it_survives_is_not(operation):
    assert not dangers(migration(operation), state())


def test_a_new_table_may_have_what_it_likes():
    new = migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])
    added = migrations.AddField("new", "size", models.IntegerField(default=0))
    assert not dangers(migration(new, added), state())


def test_rows_and_tables_are_changed_apart():
    added = migrations.AddField("thing", "size", models.IntegerField(null=True))
    [found] = dangers(migration(added, migrations.RunPython(nothing, nothing)), state())
    assert "split it" in found
