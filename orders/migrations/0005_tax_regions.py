import django_countries.fields
from django.db import migrations, models


def forget_regions(apps, schema_editor):
    """Backwards only: without regions a country has one rate for each class and day."""
    apps.get_model("orders", "TaxRate").objects.exclude(region="").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaxRegion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='Such as ES-CN; tax rates name it.', max_length=20, unique=True)),
                ('country', django_countries.fields.CountryField(max_length=2)),
                ('name', models.CharField(max_length=80)),
                ('postal_codes', models.CharField(help_text='Codes, beginnings and ranges with commas between: 27498, 35*, 80000-81999.', max_length=500)),
                ('outside_eu_vat', models.BooleanField(default=False, help_text='Article 6 of Directive 2006/112/EC: sending goods there is an export, so there is no reverse charge.', verbose_name="outside the Union's VAT area")),
            ],
            options={
                'ordering': ['country', 'code'],
            },
        ),
        migrations.AlterModelOptions(
            name='taxrate',
            options={'ordering': ['country', 'region', 'tax_class', '-valid_from']},
        ),
        migrations.RemoveConstraint(
            model_name='taxrate',
            name='orders_taxrate_unique',
        ),
        migrations.AddField(
            model_name='cart',
            name='vat_number',
            field=models.CharField(blank=True, max_length=20, verbose_name='VAT number'),
        ),
        migrations.AddField(
            model_name='order',
            name='reverse_charge',
            field=models.BooleanField(default=False, help_text='A business in another member state: no VAT, the buyer owes it.'),
        ),
        migrations.AddField(
            model_name='order',
            name='vat_number',
            field=models.CharField(blank=True, max_length=20, verbose_name='VAT number'),
        ),
        migrations.AddField(
            model_name='taxrate',
            name='region',
            field=models.CharField(blank=True, default='', help_text="A tax region's code; empty: the whole country.", max_length=20),
        ),
        migrations.AlterField(
            model_name='taxrate',
            name='valid_until',
            field=models.DateField(blank=True, help_text='The first day on which it is over. Empty: until further notice.', null=True),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.UniqueConstraint(fields=('country', 'region', 'tax_class', 'valid_from'), name='orders_taxrate_unique', violation_error_message='There is a rate for this place and class from this day on already.'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='orders_taxrate_dates_in_order', violation_error_message='A rate must begin before it ends.'),
        ),
        migrations.AddConstraint(
            model_name='taxregion',
            constraint=models.CheckConstraint(condition=models.Q(('postal_codes', ''), _negated=True), name='orders_taxregion_has_codes'),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_regions, elidable=True),
    ]
