"""What delivery costs."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

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
