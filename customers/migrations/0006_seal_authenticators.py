"""Secrets of authenticator apps and recovery codes that were kept in the open are encrypted.

Only what is not encrypted yet is changed, so running it again changes nothing.
"""

from django.db import migrations

from ecommerce.lib import sealing

PURPOSE = "customers.second-factor"
SECRETS = ("secret", "seed")


def is_sealed(text):
    # How every Fernet token begins, and no secret of an app or digits of a code: so what was sealed
    # under a key that is lost is not sealed twice.
    return text.startswith("gAAAA")


def change(Authenticator, using, *, sealed):
    """Encrypt every secret, or write all of them in the open again."""
    for row in Authenticator.objects.using(using).filter(type__in=["totp", "recovery_codes"]).iterator():
        data = dict(row.data)
        for name in SECRETS:
            if name in data and is_sealed(data[name]) is not sealed:
                turn = sealing.seal if sealed else sealing.unseal
                data[name] = turn(data[name], purpose=PURPOSE)
        if data.get("migrated_codes"):
            turn = sealing.seal if sealed else sealing.unseal
            data["migrated_codes"] = [
                code if is_sealed(code) is sealed else turn(code, purpose=PURPOSE)
                for code in data["migrated_codes"]
            ]
        if data != row.data:
            row.data = data
            row.save(update_fields=["data"])


def seal(apps, schema_editor):
    change(apps.get_model("mfa", "Authenticator"), schema_editor.connection.alias, sealed=True)


def unseal(apps, schema_editor):
    change(apps.get_model("mfa", "Authenticator"), schema_editor.connection.alias, sealed=False)


class Migration(migrations.Migration):

    dependencies = [("customers", "0005_privacy"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, unseal)]
