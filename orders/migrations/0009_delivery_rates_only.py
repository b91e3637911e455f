"""Methods keep what they are; what they cost where is in their rates."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_delivery_rates_of_methods")]

    operations = [
        migrations.RemoveConstraint(
            model_name='shippingmethod',
            name='orders_shippingmethod_price_not_negative',
        ),
        migrations.RemoveConstraint(
            model_name='shippingmethod',
            name='orders_shippingmethod_days_in_order',
        ),
        migrations.RemoveField(
            model_name='shippingmethod',
            name='countries',
        ),
        migrations.RemoveField(
            model_name='shippingmethod',
            name='days_max',
        ),
        migrations.RemoveField(
            model_name='shippingmethod',
            name='days_min',
        ),
        migrations.RemoveField(
            model_name='shippingmethod',
            name='free_from',
        ),
        migrations.RemoveField(
            model_name='shippingmethod',
            name='max_weight_grams',
        ),
        migrations.RemoveField(
            model_name='shippingmethod',
            name='price',
        ),
    ]
