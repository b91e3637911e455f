"""Codes go to email addresses as well as to phone numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("customers", "0002_one_time_codes")]

    operations = [
        migrations.RenameField(model_name="onetimecode", old_name="phone", new_name="recipient"),
        migrations.AlterField(
            model_name="onetimecode",
            name="recipient",
            field=models.CharField(max_length=254, unique=True, help_text="E.164, or an email address."),
        ),
    ]
