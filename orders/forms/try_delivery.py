"""What staff ask when they try out the prices of delivery."""

from decimal import Decimal

from django import forms
from django.utils import timezone

from catalog.models import StoreSettings
from orders.forms.destination import DestinationForm
from orders.pricing import delivery_price
from orders.services.arrival import Option
from orders.services.quoting import as_delivery, offers_for
from orders.shipping import promise


class TryDeliveryForm(DestinationForm):
    """A place, and how heavy, dear and many the goods are."""

    weight_grams = forms.IntegerField(label="Grams", min_value=0, max_value=10_000_000, initial=1000)
    subtotal = forms.DecimalField(
        label="Worth of the goods", min_value=0, max_digits=14, decimal_places=3, initial=Decimal(50)
    )
    quantity = forms.IntegerField(label="Pieces", min_value=1, max_value=100_000, initial=1)

    def options(self) -> list[Option]:
        """What would be offered, without discounts; only after `is_valid()`."""
        data, now, shop = self.cleaned_data, timezone.now(), StoreSettings.current()
        return [
            Option(
                method=offer,
                price=delivery_price(as_delivery(offer), data["subtotal"], ""),
                promise=promise(method=offer, placed_at=now, settings=shop, country=data["country"]),
            )
            for offer in offers_for(**data)
        ]
