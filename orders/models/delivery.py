"""Where the shop delivers, how, and what that costs."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django_countries import countries
from django_countries.fields import CountryField

from customers.postal_codes import normalise_postal_code
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput
from ecommerce.lib.models import BaseModel
from orders import shipping
from orders.postal_patterns import ends_of, split, wrong_pattern


class DeliveryZone(BaseModel):
    """A region with delivery prices of its own: countries, or postal codes in them."""

    name = models.CharField(max_length=80)
    countries = models.CharField(
        max_length=300,
        blank=True,
        help_text="Country codes with spaces between: DE AT FR. Empty: everywhere.",
    )
    postal_codes = models.TextField(
        blank=True,
        help_text="Only these, one a line or with commas: 10115, 10*, 80000-81999. Empty: the whole country.",
    )
    excluded_postal_codes = models.TextField(blank=True, help_text="But not these; written the same way.")
    position = models.PositiveIntegerField(
        default=0, help_text="Of zones that cover the same address, the lower one counts."
    )

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            UniqueConstraint(fields=["name", "deletion_token"], name="orders_deliveryzone_name_unique"),
            CheckConstraint(
                condition=~Q(countries="") | Q(postal_codes="", excluded_postal_codes=""),
                name="orders_deliveryzone_codes_of_a_country",
                violation_error_message="Postal codes belong to a country: name it.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Bring country codes into one form, and refuse what no address could ever match."""
        codes = self.countries.replace(",", " ").upper().split()
        if unknown := [code for code in codes if code not in countries]:
            raise ValidationError({"countries": f"No country has the code {', '.join(unknown)}."})
        self.countries = " ".join(dict.fromkeys(codes))
        for field in ("postal_codes", "excluded_postal_codes"):
            if problem := self._wrong_code(getattr(self, field)):
                raise ValidationError({field: problem})

    def _wrong_code(self, patterns: str) -> str:
        """In words, the first pattern that no address here could match; "" when there is none."""
        if wrong := wrong_pattern(patterns):
            return f"“{wrong}” is no postal code like 10115, beginning like 10* or range like 80000-81999."
        for pattern in split(patterns):
            if pattern.endswith("*") or not self.countries:
                continue
            for end in ends_of(pattern):
                if problem := self._no_code_here(end):
                    return problem
        return ""

    def _no_code_here(self, code: str) -> str:
        problem = ""
        for country in self.countries.split():
            try:
                normalise_postal_code(country, code)
            except BadInput as error:
                problem = problem or f"“{code}” is not written like that. {error.message}."
            else:
                return ""
        return problem

    def as_zone(self) -> shipping.Zone:
        return shipping.Zone(
            countries=frozenset(self.countries.split()),
            postal_codes=self.postal_codes,
            excluded=self.excluded_postal_codes,
            position=self.position,
        )


class ShippingMethod(BaseModel):
    """A way to get the goods: a carrier's parcel, or collecting them. Its rates say what it costs where."""

    class Kind(models.TextChoices):
        PARCEL = shipping.PARCEL, "Parcel"
        COLLECT = shipping.COLLECT, "Collect"

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PARCEL)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_url = models.CharField(
        max_length=300, blank=True, help_text="The carrier's page, with {number} for the tracking number."
    )
    handling_days = models.PositiveSmallIntegerField(
        default=0, help_text="Working days until it leaves, or is ready to collect; 0: the same day."
    )
    pickup_name = models.CharField("name of the place", max_length=120, blank=True)
    line1 = models.CharField("street and house number", max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = CountryField(blank=True, help_text="What is collected is taxed in this country.")
    opening_hours = models.CharField(
        max_length=200, blank=True, help_text="Such as Mon-Fri 10-19, Sat 10-16."
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            UniqueConstraint(fields=["code", "deletion_token"], name="orders_shippingmethod_code_unique"),
            CheckConstraint(
                condition=Q(kind="parcel") | ~(Q(pickup_name="") | Q(line1="") | Q(city="") | Q(country="")),
                name="orders_shippingmethod_collect_somewhere",
                violation_error_message="Say where it is collected: name, street, city and country.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def pickup(self) -> PostalAddress | None:
        """Where it is collected; None for parcels."""
        if self.kind != self.Kind.COLLECT:
            return None
        return PostalAddress(
            name=self.pickup_name,
            line1=self.line1,
            postal_code=self.postal_code,
            city=self.city,
            country=str(self.country),
        )
