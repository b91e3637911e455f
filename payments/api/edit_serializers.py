"""The shapes of changed orders on the wire."""

from typing import Any

from rest_framework import serializers

from ecommerce.lib.api_fields import MoneyNumber
from orders.api.cart_serializers import QuoteSerializer
from orders.api.fields import QuantityField
from orders.api.order_serializers import OrderSerializer


class NewQuantitySerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=64)
    quantity = QuantityField(lowest=0, help_text="0 takes it out.")


class OrderEditSerializer(serializers.Serializer):
    """What the order should hold. Lines that are not named stay, other SKUs are added.

    Without `confirmed_total` and `revision` nothing is changed: the answer says what it would cost.
    """

    items = NewQuantitySerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg]
    reason = serializers.CharField(max_length=200, help_text="The shopper reads it.")
    new_delivery = serializers.BooleanField(
        required=False, default=False, help_text="Take today's price of delivery, not the one agreed to."
    )
    confirmed_total = MoneyNumber(required=False, help_text="`quote.total` of the dry run.")
    revision = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="`revision` of the dry run."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        for name, other in (("confirmed_total", "revision"), ("revision", "confirmed_total")):
            if name in data and other not in data:
                raise serializers.ValidationError({other: [f"Send it together with {name}."]})
        return data


class EditedItemSerializer(serializers.Serializer):
    """A line as it would be; `price` is for one, `total` for the line."""

    sku = serializers.CharField()
    product_name = serializers.CharField(source="line.name")
    quantity = serializers.IntegerField(source="line.quantity")
    price = MoneyNumber(source="line.unit_price")
    discount = MoneyNumber(source="line.discount")
    tax = MoneyNumber(source="line.tax")
    total = MoneyNumber(source="line.total")


class OrderEditedSerializer(serializers.Serializer):
    """What a change makes of an order; `order` is null while it is not `applied`.

    A `difference` above zero is asked for, below zero is sent back (as far as it was paid).
    """

    applied = serializers.BooleanField()
    revision = serializers.IntegerField(help_text="Send it to confirm.")
    old_total = MoneyNumber()
    difference = MoneyNumber()
    items = EditedItemSerializer(many=True)
    quote = QuoteSerializer()
    order = OrderSerializer(allow_null=True)
