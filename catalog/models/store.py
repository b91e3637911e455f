"""Sellers, and the one row of choices that belong to the merchant."""

from datetime import time

from django.conf import settings
from django.core.cache import cache
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django_countries.fields import CountryField

from ecommerce.lib.models import BaseModel
from ecommerce.lib.workdays import validate_days, validate_region


class Store(BaseModel):
    """A seller, owned by a user, with the contact and address that papers and pages show."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="stores"
    )
    description = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=32, blank=True)
    line1 = models.CharField("address", max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = CountryField(default="DE")
    vat_number = models.CharField("VAT number", max_length=32, blank=True)
    invoice_prefix = models.CharField(
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^[A-Z0-9]*-?$", "Capital letters and digits, and a dash at the end.")],
        help_text="Comes before the year in the numbers of its invoices and credit notes, such as NORD-.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            UniqueConstraint(fields=["slug", "deletion_token"], name="catalog_store_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:product_list", query={"store": self.slug})


class StoreSettings(models.Model):
    """The merchant's choices: one row, whose defaults are the code's.

    Read it with `StoreSettings.current()`; saving it in the admin takes effect within a minute
    in every process.
    """

    CACHE_KEY = "store-settings"

    # Not counted up by the database: a CHECK on such a column is more than MariaDB allows.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=60, default="Alcove")
    tagline = models.CharField(max_length=120, default="Good things, well kept.")
    seller = models.ForeignKey(
        Store,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who issues the invoices.",
    )
    contact_email = models.EmailField(default="hello@alcove.example")
    contact_phone = models.CharField(max_length=32, default="+49 30 5550 0142")
    country = CountryField(
        default="DE", help_text="Taxes are shown for this country until the shopper gives an address."
    )
    prices_include_tax = models.BooleanField(default=True)
    reverse_charge = models.BooleanField(
        default=True,
        help_text="Businesses in other countries of the European Union that give a valid VAT number pay no "
        "VAT. Only while the seller has a VAT number, which invoices show.",
    )
    order_cutoff = models.TimeField(
        default=time(15, 0), help_text="Orders placed before this time leave the same working day."
    )
    holiday_region = models.CharField(
        max_length=10,
        default="DE-BE",
        validators=[validate_region],
        help_text="Nothing leaves on the public holidays of this country (DE) or part of it (DE-BE).",
    )
    closed_days = models.TextField(
        blank=True,
        validators=[validate_days],
        help_text="Other days on which nothing leaves, a date or range a line: "
        "2026-12-24 or 2026-12-28 to 2026-12-31.",
    )
    low_stock_at = models.PositiveIntegerField(
        default=5, help_text="Pages say how many are left, and staff are told, at or below this number."
    )
    unpaid_hours = models.PositiveIntegerField(
        default=72, help_text="A bank transfer that has not arrived after this many hours cancels its order."
    )
    card_minutes = models.PositiveIntegerField(
        default=30,
        help_text="An online payment that is not finished after this many minutes cancels its order.",
    )
    draft_days = models.PositiveIntegerField(
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="An order that staff send a payment link for is kept for so many days.",
    )
    hold_minutes = models.PositiveIntegerField(
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text="So long the things of a shopper in the checkout are kept for them.",
    )
    return_days = models.PositiveIntegerField(default=30, validators=[MaxValueValidator(365)])
    bank_account_holder = models.CharField(max_length=120, default="Alcove GmbH")
    bank_iban = models.CharField("IBAN", max_length=42, default="DE02 1203 0000 0000 2020 51")
    bank_bic = models.CharField("BIC", max_length=11, default="BYLADEM1001")

    class Meta:
        verbose_name = verbose_name_plural = "shop settings"
        constraints = [CheckConstraint(condition=Q(pk=1), name="catalog_storesettings_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]
        cache.delete(self.CACHE_KEY)

    @classmethod
    def current(cls) -> "StoreSettings":
        """The merchant's choices; defaults when nobody has saved any. Cached for a minute."""
        found = cache.get(cls.CACHE_KEY)
        if found is None:
            found = cls.objects.select_related("seller").filter(pk=1).first() or cls(pk=1)
            cache.set(cls.CACHE_KEY, found, 60)
        return found
