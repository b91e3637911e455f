"""MySQL and MariaDB: tables made by Django's own backend compare text exactly from now on.

A shop that was made by `ecommerce.mysql` has such tables, and its conditions of unique constraints,
from the beginning; then nothing changes. There is no way back to text that is only nearly the same.
"""

from django.db import migrations, models


def make_exact(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "mysql":
        return
    schema_editor.make_exact()
    with connection.cursor() as cursor:
        for label in (("account", "EmailAddress"), ("mfa", "Authenticator")):
            model = apps.get_model(*label)
            made = connection.introspection.get_constraints(cursor, model._meta.db_table)
            for constraint in model._meta.constraints:
                if constraint.name not in made:
                    schema_editor.add_constraint(model, constraint)


class Migration(migrations.Migration):
    # Until it is replaced, an older release refuses guests with long addresses who ask for their data.
    contracts = "keys of open requests are digests since 0007"

    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("customers", "0007_keys_of_open_requests"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.AlterField(
            model_name="personaldatarequest",
            name="open_key",
            field=models.CharField(blank=True, editable=False, max_length=80, null=True, unique=True),
        ),
        migrations.RunPython(make_exact, migrations.RunPython.noop, atomic=False),
    ]
