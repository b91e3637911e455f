"""The shapes of `/updatecart` and `/viewcart`: a cart by its session id, products by theirs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ecommerce.lib.api_fields import MoneyNumber
from orders.api.fields import QuantityField
from orders.models.cart import MAX_QUANTITY
from orders.services.cart_view import CartView

# What these routes call the problems that they tell in their own way.
_CODES = {"unavailable": "unknown_product", "quantity_lowered": "out_of_stock"}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": MAX_QUANTITY},
            {"type": "string", "pattern": r"^(delete|[1-9][0-9]{0,2})?$"},
        ]
    }
)
class ChangeField(QuantityField):
    """What becomes of a product: None adds one, 0 takes it out, any other number is how many."""

    def to_internal_value(self, data: Any) -> int | None:  # type: ignore[override]
        if isinstance(data, str) and data in ("", "delete"):
            return 0 if data else None
        return super().to_internal_value(data)


class UpdateCartSerializer(serializers.Serializer):
    """`v` "" or left out adds one, "delete" takes it out, a natural number sets that many."""

    sid = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Empty: a new cart."
    )
    pid = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    v = ChangeField(required=False, default=None)
    sku = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Which of several variants."
    )


class CartProductSerializer(serializers.Serializer):
    """`incart` is what is wanted, `instock` what this cart can have of it now."""

    id = serializers.IntegerField(source="variant.product_id")
    name = serializers.CharField(source="variant.product.name")
    sku = serializers.CharField(source="variant.sku")
    price = MoneyNumber(source="variant.price", help_text="For one.")
    incart = serializers.IntegerField(source="wanted")
    instock = serializers.IntegerField(source="available")


class OlderCartProblemSerializer(serializers.Serializer):
    """`id` and `sku` say what it is about; `available` is there for `out_of_stock`."""

    code = serializers.CharField()
    message = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    sku = serializers.CharField(allow_blank=True)
    available = serializers.IntegerField(allow_null=True)


class OlderCartSerializer(serializers.Serializer):
    """A cart. `total` is what its products cost together, as far as they can be had and after
    coupons; delivery comes on top, and `GET /cart` works it out."""

    sid = serializers.CharField(
        source="cart.token", default="", help_text="Send it with every later request."
    )
    products = serializers.SerializerMethodField()
    total = MoneyNumber(source="goods")
    problems = serializers.SerializerMethodField()

    @extend_schema_field(CartProductSerializer(many=True))
    def get_products(self, view: CartView) -> Any:
        gone = {problem.line for problem in view.problems if problem.code == "unavailable"}
        return CartProductSerializer([line for line in view.lines if line.pk not in gone], many=True).data

    @extend_schema_field(OlderCartProblemSerializer(many=True))
    def get_problems(self, view: CartView) -> Any:
        variants = {line.pk: line.variant for line in view.lines}
        found = []
        for problem in view.problems:
            variant = variants[problem.line] if problem.line else None
            message = problem.message
            if variant and problem.code == "quantity_lowered":  # here it is not
                message = f"Sorry, only {problem.available} of {variant.full_name} left."
            found.append(
                {
                    "code": _CODES.get(problem.code, problem.code),
                    "message": message,
                    "id": variant.product_id if variant else None,
                    "sku": variant.sku if variant else "",
                    "available": problem.available,
                }
            )
        return OlderCartProblemSerializer(found, many=True).data
