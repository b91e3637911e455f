"""The shapes of carts on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers import picture_url
from catalog.structured import absolute
from ecommerce.lib.api_fields import MoneyNumber
from ecommerce.lib.money import ZERO
from orders.api.discount_serializers import CouponSerializer, DiscountShareSerializer, LineDiscountSerializer
from orders.api.fields import AddressSerializer, QuantityField
from orders.models import ShippingMethod
from orders.services.arrival import options_of
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
    discounts = LineDiscountSerializer(many=True, help_text="Which discount took what of it.")
    total = MoneyNumber(source="quoted.total", default=ZERO, help_text="0 for what cannot be had.")
    image_url = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_image_url(self, line: ViewedLine) -> str | None:
        image = line.variant.image
        return picture_url(image.stem if image else line.variant.product.image) or None

    def get_url(self, line: ViewedLine) -> str:
        return absolute(line.variant.product.get_absolute_url())


class CartProblemSerializer(serializers.Serializer):
    """What changed since the shopper last looked; `line` is the id of the item it is about."""

    code = serializers.CharField()
    message = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    available = serializers.IntegerField(
        allow_null=True, help_text="How many can be had, where that is what changed."
    )


class TaxShareSerializer(serializers.Serializer):
    rate = serializers.DecimalField(max_digits=5, decimal_places=2)
    net = MoneyNumber()
    tax = MoneyNumber()


class StepSerializer(serializers.Serializer):
    """The amounts of the steps that count add up to the total."""

    text = serializers.CharField()
    amount = MoneyNumber()
    counts = serializers.BooleanField()


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
    reverse_charge = serializers.BooleanField(help_text="Prices are without VAT; the buyer owes it.")
    total = MoneyNumber()
    steps = StepSerializer(many=True, source="trace", help_text="Why this price?")


class ShippingMethodSerializer(serializers.Serializer):
    """A way to get the goods; `price` is what it costs for this cart."""

    code = serializers.CharField(source="method.code")
    name = serializers.CharField(source="method.name")
    price = MoneyNumber()
    kind = serializers.ChoiceField(choices=ShippingMethod.Kind.choices, source="method.kind")
    free_from = MoneyNumber(allow_null=True, source="method.free_from")
    promised_from = serializers.DateField(
        source="promise.earliest", help_text="When it arrives, or is ready to collect."
    )
    promised_until = serializers.DateField(source="promise.latest")
    collect_at = AddressSerializer(source="method.pickup", allow_null=True)
    opening_hours = serializers.CharField(source="method.opening_hours", allow_blank=True)


class CartSerializer(serializers.Serializer):
    """A cart as it stands now. `token` is a guest's key to it; a customer needs none."""

    id = serializers.IntegerField(source="cart.pk", allow_null=True, default=None)
    token = serializers.SerializerMethodField()
    customer_id = serializers.UUIDField(source="cart.customer.customer_id", allow_null=True, default=None)
    count = serializers.IntegerField()
    country = serializers.CharField()
    items = CartItemSerializer(many=True, source="lines")
    coupons = CouponSerializer(many=True)
    vat_number = serializers.CharField(source="cart.vat_number", default="")
    quote = QuoteSerializer()
    postal_code = serializers.CharField(allow_blank=True)
    delivery = serializers.SerializerMethodField()
    shipping_methods = serializers.SerializerMethodField()
    problems = CartProblemSerializer(many=True)
    held_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the goods are kept for this cart; null: they are not."
    )
    hold_extended = serializers.BooleanField(help_text="Whether that was made longer, which is done once.")
    created_at = serializers.DateTimeField(source="cart.created_at", allow_null=True, default=None)
    updated_at = serializers.DateTimeField(source="cart.modified_at", allow_null=True, default=None)

    @extend_schema_field(ShippingMethodSerializer(allow_null=True))
    def get_delivery(self, view: CartView) -> dict[str, Any] | None:
        """The one that is chosen, or the cheapest parcel; null while nothing can be delivered."""
        chosen = [option for option in options_of(view) if option.method == view.method]
        return ShippingMethodSerializer(chosen[0]).data if chosen else None

    @extend_schema_field(ShippingMethodSerializer(many=True))
    def get_shipping_methods(self, view: CartView) -> Any:
        return ShippingMethodSerializer(options_of(view), many=True).data

    def get_token(self, view: CartView) -> str | None:
        return view.cart.token if view.cart and view.cart.customer_id is None else None
