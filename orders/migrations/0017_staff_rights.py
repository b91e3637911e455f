from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0016_kept_goods"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={
                "ordering": ["-placed_at", "-pk"],
                "permissions": [
                    ("pack_order", "Can pick, pack and ship orders"),
                    ("see_order_amounts", "Can see the amounts of orders"),
                    ("see_sales", "Can see sales figures"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="return",
            options={"ordering": ["-pk"], "permissions": [("receive_return", "Can receive returned goods")]},
        ),
    ]
