from django.db import migrations


def _rename(apps, old, new):
    """Rights that were made under the other name get this one."""
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="orders", content_type__model="notification", name__endswith=f" {old}"
    )
    for right in rights:
        right.name = right.name.removesuffix(old) + new
        right.save(update_fields=["name"])


def forward(apps, schema_editor):
    if schema_editor.connection.alias == "default":
        _rename(apps, "notification", "email")


def back(apps, schema_editor):
    if schema_editor.connection.alias == "default":
        _rename(apps, "email", "notification")


class Migration(migrations.Migration):

    dependencies = [
        ("orders", "0019_owed_labels_index"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(name="notification", options={"verbose_name": "email"}),
        migrations.RunPython(forward, back),
    ]
