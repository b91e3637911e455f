"""The shapes of carts on the wire."""

from typing import Any

from rest_framework import serializers

from catalog.api.serializers import picture_url
from catalog.structured import absolute
from ecommerce.lib.api_fields import MoneyNumber
from ecommerce.lib.money import ZERO
from orders.api.fields import QuantityField
from orders.services.cart_view import CartView, ViewedLine


class CartItemInputSerializer(serializers.Serializer):
    """A product by its id, or a variant by its SKU."""

    product_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    sku = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    quantity = QuantityField(default=1)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data["sku"] and "product_id" not in data:
            raise serializers.ValidationError({"product_id": ["Send a product_id or a sku."]})
        return data


class QuantitySerializer(serializers.Serializer):
    quantity = QuantityField(lowest=0, help_text="0 takes the line out.")


class HoldSerializer(serializers.Serializer):
    extend = serializers.BooleanField(default=False, help_text="Keep them longer: possible once.")


class CodeSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=60, allow_blank=True)


class CartItemSerializer(serializers.Serializer):
    """A line. `quantity` is what can be had of the `wanted` pieces."""

    id = serializers.IntegerField(source="pk")
    product_id = serializers.IntegerField(source="variant.product_id")
    sku = serializers.CharField(source="variant.sku")
    product_name = serializers.CharField(source="variant.product.name")
    variant_name = serializers.CharField(source="variant.name")
    quantity = serializers.IntegerField()
    wanted = serializers.IntegerField()
    available = serializers.IntegerField()
    backordered = serializers.IntegerField(help_text="How many of `quantity` have yet to come.")
    price = MoneyNumber(source="variant.price", help_text="For one.")
    subtotal = MoneyNumber(source="quoted.subtotal", default=ZERO)
    discount = MoneyNumber(source="quoted.discount", default=ZERO)
    total = MoneyNumber(source="quoted.total", default=ZERO, help_text="0 for what cannot be had.")
    image_url = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_image_url(self, line: ViewedLine) -> str | None:
        image = line.variant.image
        return picture_url(image.stem if image else line.variant.product.image) or None

    def get_url(self, line: ViewedLine) -> str:
        return absolute(line.variant.product.get_absolute_url())


class ProblemSerializer(serializers.Serializer):
    """What changed since the shopper last looked; `line` is the id of the item it is about."""

    code = serializers.CharField()
    message = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class DiscountShareSerializer(serializers.Serializer):
    name = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    amount = MoneyNumber()


class TaxShareSerializer(serializers.Serializer):
    rate = serializers.DecimalField(max_digits=5, decimal_places=2)
    net = MoneyNumber()
    tax = MoneyNumber()


class StepSerializer(serializers.Serializer):
    text = serializers.CharField()
    amount = MoneyNumber()


class QuoteSerializer(serializers.Serializer):
    """What everything costs: subtotal + shipping + tax that is not in the prices - discounts."""

    currency = serializers.CharField()
    prices_include_tax = serializers.BooleanField()
    subtotal = MoneyNumber()
    shipping_method = serializers.CharField(source="shipping_code", allow_blank=True)
    shipping_name = serializers.CharField(allow_blank=True)
    shipping = MoneyNumber()
    discounts = DiscountShareSerializer(many=True)
    discount_total = MoneyNumber()
    taxes = TaxShareSerializer(many=True)
    tax_total = MoneyNumber()
    total = MoneyNumber()
    steps = StepSerializer(many=True, source="trace", help_text="Why this price?")


class ShippingMethodSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    price = MoneyNumber()
    free_from = MoneyNumber(allow_null=True)


class CouponSerializer(serializers.Serializer):
    code = serializers.CharField(source="discount.code")
    name = serializers.CharField(source="discount.name")


class CartSerializer(serializers.Serializer):
    """A cart as it stands now. `token` is a guest's key to it; a customer needs none."""

    id = serializers.IntegerField(source="cart.pk", allow_null=True, default=None)
    token = serializers.SerializerMethodField()
    customer_id = serializers.UUIDField(source="cart.customer.customer_id", allow_null=True, default=None)
    count = serializers.IntegerField()
    country = serializers.CharField()
    items = CartItemSerializer(many=True, source="lines")
    coupons = CouponSerializer(many=True)
    quote = QuoteSerializer()
    shipping_methods = ShippingMethodSerializer(many=True, source="methods")
    problems = ProblemSerializer(many=True)
    held_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the goods are kept for this cart; null: they are not."
    )
    hold_extended = serializers.BooleanField(help_text="Whether that was made longer, which is done once.")
    created_at = serializers.DateTimeField(source="cart.created_at", allow_null=True, default=None)
    updated_at = serializers.DateTimeField(source="cart.modified_at", allow_null=True, default=None)

    def get_token(self, view: CartView) -> str | None:
        return view.cart.token if view.cart and view.cart.customer_id is None else None
