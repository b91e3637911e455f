"""Pieces of a product kept on request: for a shopper's cart, or by staff for somebody on the phone."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.errors import NotFound
from orders.api.access import CART_HEADER, cart_to_change, is_staff
from orders.api.fields import QuantityField
from orders.models import Cart, KeptGoods
from orders.services.baskets import find_sku
from orders.services.cart import sellable_variant
from orders.services.keeping import keep, let_go

CHANGE_HOLDS = "catalog.change_hold"
_TOKEN = OpenApiParameter(CART_HEADER, str, OpenApiParameter.HEADER, description="A guest's cart.")
_HOLD_ID = OpenApiParameter("hold_id", str, required=True, description="As the hold was answered.")
_WANTED = {"quantity": 2, "expires_in": 900}
_KEPT = {"hold_id": "Zk3v0Jm1Qy6cXf8TnB5r2A", "expires_at": "2026-03-02T10:15:00Z"}


class HoldInputSerializer(serializers.Serializer):
    quantity = QuantityField()
    cart_id = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        help_text="Shoppers: their own, which needs no naming. Staff: any open one, or none.",
    )
    sku = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Which of several variants."
    )
    expires_in = serializers.IntegerField(
        min_value=1, required=False, help_text="Seconds; cut to what is allowed."
    )


class KeptSerializer(serializers.Serializer):
    hold_id = serializers.CharField()
    expires_at = serializers.DateTimeField(source="until")


class ReleaseInputSerializer(serializers.Serializer):
    hold_id = serializers.CharField(max_length=64)


class ReleasedSerializer(serializers.Serializer):
    message = serializers.CharField(default="Hold released")


class ProductHoldView(APIView):
    """Keeping pieces of a product for a while."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="inventory_hold",
        parameters=[_TOKEN],
        request=HoldInputSerializer,
        responses=KeptSerializer,
        examples=[
            OpenApiExample("Two pieces for a quarter of an hour", _WANTED, request_only=True),
            OpenApiExample("Kept", _KEPT, response_only=True),
        ],
    )
    def put(self, request: Request, product_id: str) -> Response:
        """Keep pieces for the caller's cart, whether they are in it yet or not.

        The same product and cart again changes the hold: its pieces and its end. Shoppers get at most
        as long as the checkout keeps things, and twice that from the first time on (then 409
        `hold_over`); staff at most a day, and without a cart they get a hold of its own each time.
        Fewer left is 409 `out_of_stock` with `available`.
        """
        given = HoldInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        by_staff = is_staff(request.user, CHANGE_HOLDS)
        kept = keep(
            cart=_cart_named(request, data.get("cart_id"), by_staff=by_staff),
            variant=sellable_variant(find_sku(product_id=int(product_id), sku=data["sku"])),
            quantity=data["quantity"],
            seconds=data.get("expires_in"),
            by=request.user if by_staff else None,
        )
        return Response(KeptSerializer(kept).data)

    @extend_schema(
        operation_id="inventory_hold_release", parameters=[_TOKEN, _HOLD_ID], responses=ReleasedSerializer
    )
    def delete(self, request: Request, product_id: str) -> Response:
        """Let the pieces go before the time is over. Repeating says the same.

        What the checkout keeps of them stays with the cart.
        """
        given = ReleaseInputSerializer(data=request.query_params)
        given.is_valid(raise_exception=True)
        let_go(kept=_hold_of(request, product_id, given.validated_data["hold_id"]))
        return Response(ReleasedSerializer({}).data)


def _cart_named(request: Request, cart_id: int | None, *, by_staff: bool) -> Cart | None:
    """The cart to keep things for: staff name any open one or none, everybody else has their own."""
    if by_staff:
        cart = Cart.objects.open().filter(pk=cart_id).first() if cart_id else None
        missing = cart_id is not None and cart is None
    else:
        cart = cart_to_change(request)
        missing = cart is None or cart_id not in (None, cart.pk)
    if missing:
        raise NotFound("There is no such basket, or it has been ordered already.", code="unknown_cart")
    return cart


def _hold_of(request: Request, product_id: str, hold_id: str) -> KeptGoods:
    """The hold on this product, for staff and for whose cart it is. Raises NotFound otherwise."""
    known: Any = KeptGoods.objects.select_related("cart", "variant__product")
    kept = known.filter(hold_id=hold_id, variant__product_id=product_id).first()
    if kept is not None and not is_staff(request.user, CHANGE_HOLDS):
        mine = cart_to_change(request)
        kept = kept if mine is not None and kept.cart_id == mine.pk else None
    if kept is None:
        raise NotFound("There is no such hold.", code="unknown_hold", field="hold_id")
    return kept
