from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="review",
            options={
                "ordering": ["-review_date"],
                "permissions": [("moderate_review", "Can publish, hold back and reject reviews")],
            },
        ),
    ]
