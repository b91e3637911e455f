"""Gift cards for programs: kept with the cart, and looked up."""

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api_fields import MoneyNumber
from ecommerce.lib.errors import NotFound
from orders.api.access import CART_HEADER, cart_of, cart_to_change, customer_of
from orders.models import Cart
from orders.services.cart_view import view_cart
from payments.models import GiftCard
from payments.services.cart_gift_cards import find_card, stop_using, use_card, use_credit
from payments.services.gift_card_plan import plan_of
from payments.tries import count_code

_CART = OpenApiParameter(CART_HEADER, str, OpenApiParameter.HEADER, description="A guest's cart.")
_CODE = {"code": "7K2M-9PQR-4TVW-X3YZ"}


class GiftCardCodeSerializer(serializers.Serializer):
    """Dashes, spaces and case do not matter."""

    code = serializers.CharField(max_length=60)


class UseGiftCardSerializer(serializers.Serializer):
    """The `code` of a gift card, or `store_credit` for the customer's own credit."""

    code = serializers.CharField(max_length=60, required=False)
    store_credit = serializers.BooleanField(required=False, default=False)

    def validate(self, data: dict[str, object]) -> dict[str, object]:
        if ("code" in data) == bool(data["store_credit"]):
            raise serializers.ValidationError({"code": ["Send a code, or store_credit."]})
        return data


class ShareSerializer(serializers.Serializer):
    """A card that is kept with the cart; `id` takes it out again."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=GiftCard.Kind.choices, source="card.kind")
    last4 = serializers.CharField(source="card.last4", allow_blank=True)
    usable = serializers.BooleanField(source="is_usable")
    balance = MoneyNumber(source="card.balance")
    pays = MoneyNumber()


class PlanSerializer(serializers.Serializer):
    """How the cart's `total` would be paid: by its cards, and what is left to pay otherwise."""

    cards = ShareSerializer(many=True, source="shares")
    currency = serializers.CharField()
    total = MoneyNumber()
    paid_by_cards = MoneyNumber()
    left_to_pay = MoneyNumber(source="left")


class BalanceSerializer(serializers.Serializer):
    last4 = serializers.CharField()
    balance = MoneyNumber()
    currency = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True, help_text="The last day; null: it never ends.")


class CartGiftCardsView(APIView):
    """The gift cards kept with the cart."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="cart_gift_cards_list", parameters=[_CART], responses=PlanSerializer)
    def get(self, request: Request) -> Response:
        """Show what the cart's gift cards pay of it, and what is left to pay."""
        return _show(_require(cart_of(request)))

    @extend_schema(
        operation_id="cart_gift_cards_create",
        parameters=[_CART],
        request=UseGiftCardSerializer,
        responses={201: PlanSerializer},
        examples=[
            OpenApiExample("A gift card", _CODE, request_only=True),
            OpenApiExample("Store credit", {"store_credit": True}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Pay with a gift card or store credit. Nothing is taken before the cart is ordered.

        Codes that are unknown, used up, blocked or expired are all answered by
        `gift_card_unusable`; too many tries by 429.
        """
        given = UseGiftCardSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        cart = _require(cart_to_change(request))
        if given.validated_data["store_credit"]:
            use_credit(cart=cart, customer=customer_of(request))
        else:
            count_code(request, cart)
            use_card(cart=cart, code=given.validated_data["code"])
        return _show(cart, status=201)


class CartGiftCardView(APIView):
    """A gift card kept with the cart."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="cart_gift_cards_destroy", parameters=[_CART], responses=PlanSerializer)
    def delete(self, request: Request, card_id: str) -> Response:
        """Take a card out of the cart again."""
        cart = _require(cart_to_change(request))
        if not stop_using(cart=cart, pk=int(card_id)):
            raise Http404
        return _show(cart)


class BalanceView(APIView):
    """What is left on a gift card."""

    permission_classes = [AllowAny]
    route_class = "codes"

    @extend_schema(
        operation_id="gift_cards_balance",
        request=GiftCardCodeSerializer,
        responses=BalanceSerializer,
        examples=[OpenApiExample("A gift card", _CODE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Say what is left on a gift card, and until when it can be used."""
        given = GiftCardCodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        count_code(request)
        return Response(BalanceSerializer(find_card(code=given.validated_data["code"])).data)


def _require(cart: Cart | None) -> Cart:
    if cart is None:
        raise NotFound("There is no basket to pay for yet.", code="unknown_cart")
    return cart


def _show(cart: Cart, *, status: int = 200) -> Response:
    quote = view_cart(cart).quote
    plan = plan_of(cart=cart, total=quote.total, currency=quote.currency)
    return Response(PlanSerializer(plan).data, status=status)
