"""What is taxed at which rate."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django_countries.fields import CountryField

from catalog.models import Product


class TaxRate(models.Model):
    """The rate of a tax class in a country between two dates (`valid_until` not included)."""

    country = CountryField()
    tax_class = models.CharField(max_length=20, choices=Product.TaxClass)
    rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="In per cent.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["country", "tax_class", "-valid_from"]
        constraints = [
            UniqueConstraint(fields=["country", "tax_class", "valid_from"], name="orders_taxrate_unique"),
            CheckConstraint(condition=Q(rate__gte=0) & Q(rate__lte=100), name="orders_taxrate_in_range"),
        ]
        indexes = [Index(fields=["country", "valid_from"], name="orders_taxrate_lookup")]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class} {self.rate}%"
