"""Who answers questions about products, and who reads surveys. `dashboard/roles.py` is the table today."""

from typing import Any

from django.db import migrations

# As the table was when this was written, so that it does the same for ever: role -> model -> codes.
ADDED: dict[str, dict[str, tuple[str, ...]]] = {
    "support": {
        "reviews.question": ("view_question", "change_question", "moderate_question"),
        "reviews.answer": ("view_answer", "change_answer"),
        "reviews.survey": ("view_survey",),
    },
    "merchandiser": {
        "reviews.question": ("view_question", "change_question"),
        "reviews.answer": ("view_answer",),
    },
    "owner": {
        "reviews.question": ("view_question", "change_question", "delete_question", "moderate_question"),
        "reviews.answer": ("view_answer", "change_answer", "delete_answer"),
        "reviews.survey": ("view_survey",),
    },
}
_NAMES = {"moderate_question": "Can publish and reject questions and answers"}


def add_rights(apps: Any, schema_editor: Any) -> None:
    """Give the groups that are still there what is new. One that the shop took away stays away."""
    alias = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for role, models in ADDED.items():
        group = groups.filter(name=role).first()
        if group is None:
            continue
        for label, codes in models.items():
            group.permissions.add(*(_permission(apps, alias, label, code) for code in codes))


def take_rights(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for role, models in ADDED.items():
        codes = [code for codes in models.values() for code in codes]
        for group in groups.filter(name=role):
            group.permissions.remove(
                *permissions.filter(content_type__app_label="reviews", codename__in=codes)
            )


def _permission(apps: Any, alias: str, label: str, code: str) -> Any:
    """The permission. Django makes these only after all migrations, so the first may be made here."""
    app, model = label.split(".")
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    kind, _ = kinds.get_or_create(app_label=app, model=model)
    name = _NAMES.get(code) or f"Can {code.split('_')[0]} {model}"
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    permission, _ = permissions.get_or_create(
        content_type_id=kind.pk, codename=code, defaults={"name": name}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("dashboard", "0001_roles"),
        ("reviews", "0004_questions_and_surveys"),
    ]

    operations = [migrations.RunPython(add_rights, take_rights)]
