"""Who sees background work that failed, and who decides about it."""

from typing import Any

from django.db import migrations

ROLES = {
    "support": ("view",),
    "finance": ("view",),
    "owner": ("view", "change"),
}


def give(apps: Any, schema_editor: Any) -> None:
    """Add the rights to the roles that are there; a shop may have taken one away."""
    alias = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for role, verbs in ROLES.items():
        for group in groups.filter(name=role):
            group.permissions.add(*(_permission(apps, alias, verb) for verb in verbs))


def take(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for permission in permissions.filter(
        content_type__app_label="background", content_type__model="failedtask"
    ):
        for group in groups.filter(name__in=ROLES):
            group.permissions.remove(permission)


def _permission(apps: Any, alias: str, verb: str) -> Any:
    """The permission. Django makes these only after all migrations, so the first may be made here."""
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    kind, _ = kinds.get_or_create(app_label="background", model="failedtask")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    permission, _ = permissions.get_or_create(
        content_type_id=kind.pk, codename=f"{verb}_failedtask", defaults={"name": f"Can {verb} failed task"}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0002_feedback_roles"), ("background", "0001_initial")]

    operations = [migrations.RunPython(give, take)]
