from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("customers", "0008_exact_text")]

    operations = [
        migrations.CreateModel(
            name="SessionGeneration",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
        ),
    ]
