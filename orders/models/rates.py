"""What delivery costs and what is taxed at which rate."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django_countries.fields import CountryField

from catalog.models import Product
from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField


class ShippingMethod(BaseModel):
    """A way to deliver, its price and how many working days it takes after leaving."""

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_url = models.CharField(
        max_length=300, blank=True, help_text="The carrier's page, with {number} for the tracking number."
    )
    countries = models.CharField(
        max_length=300,
        blank=True,
        help_text="Country codes with spaces between: DE AT FR. Empty: everywhere.",
    )
    price = MoneyField(validators=[MinValueValidator(0)])
    free_from = MoneyField(null=True, blank=True, help_text="Free when the goods cost this much or more.")
    max_weight_grams = models.PositiveIntegerField(null=True, blank=True)
    days_min = models.PositiveSmallIntegerField(default=1)
    days_max = models.PositiveSmallIntegerField(default=2)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "price"]
        constraints = [
            UniqueConstraint(fields=["code", "deletion_token"], name="orders_shippingmethod_code_unique"),
            CheckConstraint(condition=Q(price__gte=0), name="orders_shippingmethod_price_not_negative"),
            CheckConstraint(
                condition=Q(days_max__gte=F("days_min")), name="orders_shippingmethod_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
