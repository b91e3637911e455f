"""Who sees which emails went out to shoppers. `dashboard/roles.py` is the table as it is today."""

from typing import Any

from django.db import migrations

# The owner as well: everything the others may do comes on top.
ROLES = ("support", "owner")


def give(apps: Any, schema_editor: Any) -> None:
    """Add the right to the roles that are there; a shop may have taken one away."""
    alias = schema_editor.connection.alias
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=ROLES):
        group.permissions.add(_permission(apps, alias))


def take(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=ROLES):
        group.permissions.remove(_permission(apps, alias))


def _permission(apps: Any, alias: str) -> Any:
    """The permission. Django makes these only after all migrations, so the first may be made here."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    kind, _ = kinds.get_or_create(app_label="orders", model="notification")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    permission, _ = permissions.get_or_create(
        content_type_id=kind.pk, codename="view_notification", defaults={"name": "Can view notification"}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0003_failed_work_roles"), ("orders", "0017_staff_rights")]

    operations = [migrations.RunPython(give, take)]
