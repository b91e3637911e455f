"""Stock taken by other systems: a till, a warehouse program."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.permissions import StaffWrites
from catalog.models import StockItem
from catalog.services.outside_sales import sell_outside, variant_to_sell

_LARGEST = 1_000_000
_SALE = {"quantity": 2, "reference": "till-2:4711"}
_LEFT = {
    "message": "Stock updated successfully",
    "product_id": 1,
    "sku": "LAMP-1",
    "available": 5,
    "on_hand": 8,
    "held": 3,
}


class DecrementInputSerializer(serializers.Serializer):
    quantity = serializers.IntegerField(min_value=1, max_value=_LARGEST)
    reference = serializers.CharField(
        max_length=64, help_text="Your own name for this sale, unlike all others: a repeat does nothing."
    )
    sku = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Which of several variants."
    )


class DecrementedSerializer(serializers.Serializer):
    """What was left when the pieces had been taken: `available` is `on_hand` less `held`."""

    message = serializers.CharField(default="Stock updated successfully")
    product_id = serializers.IntegerField(source="variant.product_id")
    sku = serializers.CharField(source="variant.sku")
    available = serializers.IntegerField()
    on_hand = serializers.IntegerField()
    held = serializers.IntegerField()


class DecrementView(APIView):
    """Pieces that left without an order of the shop. Staff only."""

    permission_classes = [StaffWrites]
    model = StockItem

    @extend_schema(
        operation_id="inventory_decrement",
        request=DecrementInputSerializer,
        responses=DecrementedSerializer,
        examples=[
            OpenApiExample("Two sold at a till", _SALE, request_only=True),
            OpenApiExample("What is left", _LEFT, response_only=True),
        ],
    )
    def put(self, request: Request, product_id: str) -> Response:
        """Take pieces off the shelf that were sold elsewhere.

        The same `reference` again does nothing and gets the same answer; with another quantity or
        SKU it is 409 `reference_reused`. What customers were promised is never taken: 409
        `out_of_stock` with `available`.
        """
        given = DecrementInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        variant = variant_to_sell(product_id=product_id, sku=data["sku"])
        sale = sell_outside(
            variant=variant, quantity=data["quantity"], reference=data["reference"], actor=request.user
        )
        return Response(DecrementedSerializer(sale).data)
