"""What is taxed at which rate, where and when."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Index, OuterRef, Q, Subquery, UniqueConstraint
from django_countries.fields import CountryField

from catalog.models import Product
from orders.postal_patterns import wrong_pattern


class TaxRegion(models.Model):
    """A part of a country with VAT rates of its own, told by its postal codes.

    Rates name it by its `code`. For each tax class its rate replaces the country's; a class
    without one keeps the country's.
    """

    code = models.SlugField(max_length=20, unique=True, help_text="Such as ES-CN; tax rates name it.")
    country = CountryField()
    name = models.CharField(max_length=80)
    postal_codes = models.CharField(
        max_length=500,
        help_text="Codes, beginnings and ranges with commas between: 27498, 35*, 80000-81999.",
    )
    outside_eu_vat = models.BooleanField(
        "outside the Union's VAT area",
        default=False,
        help_text="Article 6 of Directive 2006/112/EC: sending goods there is an export, "
        "so there is no reverse charge.",
    )

    class Meta:
        ordering = ["country", "code"]
        constraints = [CheckConstraint(condition=~Q(postal_codes=""), name="orders_taxregion_has_codes")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def clean(self) -> None:
        super().clean()
        if wrong := wrong_pattern(self.postal_codes):
            raise ValidationError(
                {"postal_codes": f"“{wrong}” can match no postal code. Write 27498, 35* or 80000-81999."}
            )


class TaxRateQuerySet(models.QuerySet):
    def valid_on(self, day: date) -> Self:
        """The rates of a day: from `valid_from` on, until the day before `valid_until`."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)

    def with_region(self) -> Self:
        """Annotate `codes` and `outside`: the region's postal codes, and whether the Union's VAT
        law does not hold there. NULL for a whole country."""
        region = TaxRegion.objects.filter(code=OuterRef("region"), country=OuterRef("country"))
        return self.annotate(
            codes=Subquery(region.values("postal_codes")[:1]),
            outside=Subquery(region.values("outside_eu_vat")[:1]),
        )

    def overlapping(self, rate: "TaxRate") -> Self:
        """Other rates for the same place and class that are valid on one of the same days."""
        same = self.filter(country=rate.country, region=rate.region, tax_class=rate.tax_class)
        ends_later = Q(valid_until=None) | Q(valid_until__gt=rate.valid_from)
        starts_earlier = Q(valid_from__lt=rate.valid_until) if rate.valid_until else Q()
        return same.exclude(pk=rate.pk).filter(ends_later, starts_earlier)


class TaxRate(models.Model):
    """The rate of a tax class in a country, or in a region of it, between two dates.

    `valid_until` is the first day on which it is not valid any more. Days are the shop's own.
    """

    country = CountryField()
    region = models.CharField(
        max_length=20, blank=True, default="", help_text="A tax region's code; empty: the whole country."
    )
    tax_class = models.CharField(max_length=20, choices=Product.TaxClass)
    rate = models.DecimalField(max_digits=5, decimal_places=2, help_text="In per cent.")
    valid_from = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text="The first day on which it is over. Empty: until further notice."
    )

    objects = TaxRateQuerySet.as_manager()

    class Meta:
        ordering = ["country", "region", "tax_class", "-valid_from"]
        constraints = [
            UniqueConstraint(
                fields=["country", "region", "tax_class", "valid_from"],
                name="orders_taxrate_unique",
                violation_error_message="There is a rate for this place and class from this day on already.",
            ),
            CheckConstraint(condition=Q(rate__gte=0) & Q(rate__lte=100), name="orders_taxrate_in_range"),
            CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="orders_taxrate_dates_in_order",
                violation_error_message="A rate must begin before it ends.",
            ),
        ]
        indexes = [Index(fields=["country", "valid_from"], name="orders_taxrate_lookup")]

    def __str__(self) -> str:
        return f"{self.region or self.country} {self.tax_class} {self.rate}%"

    def clean(self) -> None:
        super().clean()
        if self.region and not TaxRegion.objects.filter(code=self.region, country=self.country).exists():
            raise ValidationError({"region": "There is no such region in this country."})
        if not self.valid_from or (self.valid_until and self.valid_until <= self.valid_from):
            return
        if found := TaxRate.objects.overlapping(self).first():
            until = f"until {found.valid_until:%d.%m.%Y}" if found.valid_until else "until further notice"
            raise ValidationError(
                f"This overlaps the {found.rate.normalize():f} % that are valid from "
                f"{found.valid_from:%d.%m.%Y} {until}. End that one first, on the day this one begins."
            )
