"""The keys of guests' open requests hold their address as a digest: an address can be too long for a key."""

import hashlib

from django.db import migrations


def _guests(apps, schema_editor):
    requests = apps.get_model("customers", "PersonalDataRequest").objects.using(schema_editor.connection.alias)
    return requests.filter(customer=None, open_key__isnull=False)


def digest(apps, schema_editor):
    for request in _guests(apps, schema_editor):
        address = hashlib.sha256(request.email.strip().lower().encode()).hexdigest()
        request.open_key = f"{request.kind}:{address}"
        request.save(update_fields=["open_key"])


def spell_out(apps, schema_editor):
    for request in _guests(apps, schema_editor):
        request.open_key = f"{request.kind}:{request.email}"
        request.save(update_fields=["open_key"])


class Migration(migrations.Migration):

    dependencies = [("customers", "0006_seal_authenticators")]

    operations = [migrations.RunPython(digest, spell_out)]
