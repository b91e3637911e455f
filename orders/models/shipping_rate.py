"""What delivery costs: where, and for how much of what."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q

from ecommerce.lib.money import MoneyField, format_money
from orders import shipping
from orders.models.delivery import DeliveryZone, ShippingMethod


class ShippingRate(models.Model):
    """What a method costs and how long it takes in a zone, for some weight, worth and number.

    Bounds that are NULL are open; `subtotal_to` is not included, all others are.
    """

    method = models.ForeignKey(ShippingMethod, models.CASCADE, related_name="rates")
    zone = models.ForeignKey(
        DeliveryZone,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="rates",
        help_text="Empty: everywhere.",
    )
    price = MoneyField(validators=[MinValueValidator(0)])
    free_from = MoneyField(
        null=True, blank=True, help_text="Free when the goods, after discounts, cost this much or more."
    )
    days_min = models.PositiveSmallIntegerField("days from", default=1)
    days_max = models.PositiveSmallIntegerField("days to", default=2)
    weight_from = models.PositiveIntegerField("grams from", null=True, blank=True)
    weight_to = models.PositiveIntegerField("grams to", null=True, blank=True)
    subtotal_from = MoneyField("goods from", null=True, blank=True)
    subtotal_to = MoneyField("goods below", null=True, blank=True)
    quantity_from = models.PositiveIntegerField("pieces from", null=True, blank=True)
    quantity_to = models.PositiveIntegerField("pieces to", null=True, blank=True)
    position = models.PositiveIntegerField(
        default=0, help_text="Of several that fit, the lower one counts, then the cheaper."
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            CheckConstraint(
                condition=Q(price__gte=0) & (Q(free_from=None) | Q(free_from__gte=0)),
                name="orders_shippingrate_not_negative",
            ),
            CheckConstraint(
                condition=Q(days_max__gte=F("days_min")),
                name="orders_shippingrate_days_in_order",
            ),
            CheckConstraint(
                condition=Q(weight_from=None) | Q(weight_to=None) | Q(weight_to__gte=F("weight_from")),
                name="orders_shippingrate_weight_in_order",
            ),
            CheckConstraint(
                condition=Q(subtotal_from=None) | Q(subtotal_to=None) | Q(subtotal_to__gt=F("subtotal_from")),
                name="orders_shippingrate_subtotal_in_order",
            ),
            CheckConstraint(
                condition=Q(quantity_from=None)
                | Q(quantity_to=None)
                | Q(quantity_to__gte=F("quantity_from")),
                name="orders_shippingrate_quantity_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method}, {self.zone or 'everywhere'}"

    def clean(self) -> None:
        """Refuse bounds that leave nothing between them, beside the field that is wrong."""
        wrong = {}
        if _above(self.days_min, self.days_max):
            wrong["days_max"] = "“Days to” is before “days from”."
        if _above(self.weight_from, self.weight_to):
            wrong["weight_to"] = "“Grams to” is less than “grams from”."
        if _above(self.subtotal_from, self.subtotal_to) or self.subtotal_from == self.subtotal_to is not None:
            wrong["subtotal_to"] = "“Goods below” has to be more than “goods from”."
        if _above(self.quantity_from, self.quantity_to):
            wrong["quantity_to"] = "“Pieces to” is less than “pieces from”."
        if wrong:
            raise ValidationError(wrong)

    @property
    def days_in_words(self) -> str:
        """Working days from the order to the door, or until it is ready to collect."""
        wait = self.method.handling_days
        if self.method.kind == ShippingMethod.Kind.COLLECT:
            return f"ready after {wait}" if wait else "ready the same day"
        low, high = self.days_min + wait, self.days_max + wait
        return str(low) if low == high else f"{low} to {high}"

    @property
    def limits(self) -> str:
        """What goods the rate is for, in words; "" for all."""
        parts = [
            _between(self.weight_from, self.weight_to, lambda grams: f"{grams / 1000:g} kg"),
            _between(self.subtotal_from, self.subtotal_to, format_money, below="below", of="goods "),
            _between(self.quantity_from, self.quantity_to, lambda count: f"{count} pieces"),
        ]
        return ", ".join(filter(None, parts))

    def as_rate(self) -> shipping.Rate:
        """The rate as the calculation sees it; `method` and `zone` should be loaded."""
        method = self.method
        offer = shipping.Offer(
            code=method.code,
            name=method.name,
            carrier=method.carrier,
            kind=method.kind,
            price=self.price,
            free_from=self.free_from,
            days_min=self.days_min,
            days_max=self.days_max,
            handling_days=method.handling_days,
            pickup=method.pickup,
            opening_hours=method.opening_hours,
        )
        bounds: dict[str, Any] = {
            f"{what}_{end}": getattr(self, f"{what}_{end}")
            for what in ("weight", "subtotal", "quantity")
            for end in ("from", "to")
        }
        zone = self.zone.as_zone() if self.zone else shipping.EVERYWHERE
        return shipping.Rate(offer=offer, zone=zone, position=self.position, **bounds)


def _above(low: Any, high: Any) -> bool:
    return low is not None and high is not None and low > high


def _between(low: Any, high: Any, words: Callable[[Any], str], *, below: str = "up to", of: str = "") -> str:
    """ "from 2 kg up to 5 kg", or "" without bounds."""
    parts = [f"from {words(low)}"] if low is not None else []
    if high is not None:
        parts.append(f"{below} {words(high)}")
    return of + " ".join(parts) if parts else ""
