"""What a migration may do while the release before it still serves (docs/production.md: expand, contract).

Both releases run for a while at every deploy. A change that the older one does not survive goes into a
later migration, when no server of the older release is left; it says so in words:

    class Migration(migrations.Migration):
        contracts = "since release 1.4 nothing reads it"
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import Field, ManyToManyField
from django.db.models.fields import NOT_PROVIDED

# The newest migration of each app in the last release; those after it are looked at. Move it on when a
# release has been rolled out.
RELEASED = {
    "catalog": "0009_product_imports",
    "customers": "0006_seal_authenticators",
    "dashboard": "0001_roles",
    "documents": "0003_credit_notes",
    "orders": "0017_staff_rights",
    "payments": "0007_gift_cards",
    "reviews": "0002_moderation_right",
    "support": "0001_initial",
    "webhooks": "0001_initial",
}

_GONE = {
    operations.RemoveField: "the older release still asks for the column",
    operations.RenameField: "the older release still asks for the old name: add, copy, and remove later",
    operations.DeleteModel: "the older release still asks for the table",
    operations.RenameModel: "the older release still asks for the old name",
    operations.AlterModelTable: "the older release still asks for the old name",
    operations.RunSQL: "nobody can tell what it does to the older release",
}
_SCHEMA = (operations.CreateModel, operations.AddField, operations.AlterField, operations.RemoveField)


def newer_than_released() -> Iterator[tuple[Migration, ProjectState]]:
    """Each migration since the last release, with the state before it."""
    loader = MigrationLoader(None)
    for key, migration in sorted(loader.disk_migrations.items()):
        app, name = key
        # An app that is new since is made of tables that no older release knows.
        if _is_ours(app) and name > RELEASED.get(app, "0001_initial"):
            parents = sorted(parent.key for parent in loader.graph.node_map[key].parents)
            yield migration, loader.project_state(parents)


def _is_ours(app: str) -> bool:
    return Path(apps.get_app_config(app).path).parent == Path(settings.BASE_DIR)


def dangers(migration: Migration, before: ProjectState) -> list[str]:
    """What the older release would not survive, in words; empty for a migration that says `contracts`."""
    if getattr(migration, "contracts", ""):
        return []
    found, made, state = [], set(), before.clone()
    for operation in migration.operations:
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", "") not in made:
            reason = _danger(operation, state, migration.app_label)
            if reason:
                found.append(f"{migration}: {operation.describe()}: {reason}")
        operation.state_forwards(migration.app_label, state)
    if _mixes(migration):
        found.append(f"{migration}: rows and tables are changed in one migration: split it")
    return found


def _danger(operation: Any, state: ProjectState, app: str) -> str:
    for kind, reason in _GONE.items():
        if isinstance(operation, kind):
            return reason
    if isinstance(operation, operations.AddField):
        return _adding(operation.field)
    if isinstance(operation, operations.AlterField):
        old = state.models[app, operation.model_name_lower].fields[operation.name]
        return _altering(old, operation.field)
    if isinstance(operation, operations.RunPython) and operation.reverse_code is None:
        return "it cannot be undone: give it a reverse, if only RunPython.noop"
    return ""


def _adding(field: Field) -> str:
    """Rows that the older release writes do not name the new column: the database must know a value."""
    if isinstance(field, ManyToManyField) or field.null or field.generated:
        return ""
    if field.db_default is NOT_PROVIDED:
        return "rows written by the older release have no value for it: db_default or null=True"
    return ""


def _altering(old: Field, new: Field) -> str:
    if old.null and not new.null and new.db_default is NOT_PROVIDED:
        return "the older release still writes NULL: give it a db_default first"
    if not old.unique and new.unique:
        return "the older release may still write the same twice"
    if (old.max_length or 0) > (new.max_length or old.max_length or 0):
        return "the older release may still write longer texts"
    connection = connections["default"]
    before, after = _type(old, connection), _type(new, connection)
    if before != after:
        return f"the column changes from {before} to {after}"
    return ""


def _type(field: Field, connection: Any) -> str:
    """Without its length, which may grow."""
    if field.remote_field:
        return "a relation"
    return str(field.db_type(connection)).partition("(")[0]


def _mixes(migration: Migration) -> bool:
    data = any(isinstance(one, operations.RunPython) for one in migration.operations)
    return data and any(isinstance(one, _SCHEMA) for one in migration.operations)
