"""The cart for programs. Every answer is the whole cart with its live quote."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.errors import NotFound
from orders.api.access import CART_HEADER, cart_of, cart_to_change, customer_of, line_of
from orders.api.cart_serializers import (
    CartItemInputSerializer,
    CartSerializer,
    CodeSerializer,
    HoldSerializer,
    QuantitySerializer,
)
from orders.api.destination import DESTINATION, destination_asked
from orders.models import Cart
from orders.services import baskets
from orders.services import cart as carts
from orders.services.coupons import coupon_of
from orders.services.holding import extend_hold, hold_cart

_TOKEN = OpenApiParameter(
    CART_HEADER, str, OpenApiParameter.HEADER, description="A guest's cart, as the first answer named it."
)
_TOKEN_BACK = OpenApiParameter(
    CART_HEADER,
    str,
    OpenApiParameter.HEADER,
    response=True,
    description="For guests: send it with every later request.",
)
_CODE = [OpenApiExample("A code", {"code": "WELCOME10"}, request_only=True)]
_THREE = [OpenApiExample("Three of it", {"quantity": 3}, request_only=True)]
_ADDED = [OpenApiExample("Two of a product", {"product_id": 1, "quantity": 2}, request_only=True)]


def describe(**more: Any) -> Any:
    """The schema of a cart route; `answered` is its status."""
    status = more.pop("answered", 200)
    responses = {status: OpenApiResponse(CartSerializer, "The cart as it is now.")}
    return extend_schema(parameters=[_TOKEN, _TOKEN_BACK], responses=responses, **more)


def show(cart: Cart | None, *, status: int = 200, destination: dict[str, str] | None = None) -> Response:
    """The cart as it is now; a guest's token also as a header. `destination`: see `destination_asked`."""
    data = CartSerializer(carts.view_cart(cart, **(destination or {}))).data
    headers = {CART_HEADER: data["token"]} if data["token"] else None
    return Response(data, status=status, headers=headers)


class CartView(APIView):
    """The caller's cart."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="cart_retrieve",
        parameters=[_TOKEN, _TOKEN_BACK, *DESTINATION],
        responses={200: OpenApiResponse(CartSerializer, "The cart as it is now.")},
    )
    def get(self, request: Request) -> Response:
        """Show the cart. Writes nothing: before the first thing it is just empty.

        `country` and `postal_code` ask what delivery there would cost, and when it would arrive.
        """
        return show(cart_of(request), destination=destination_asked(request))

    @describe(operation_id="cart_add", request=CartItemInputSerializer, answered=201, examples=_ADDED)
    def post(self, request: Request) -> Response:
        """Put a thing in; a guest's first one opens a cart. What is there already is added to."""
        return _add(request)

    @describe(operation_id="cart_clear")
    def delete(self, request: Request) -> Response:
        """Take everything out, codes included."""
        cart = cart_to_change(request)
        if cart is not None:
            carts.clear_cart(cart=cart)
        return show(cart)


class CartHoldView(APIView):
    """Keeping the cart's goods for its shopper."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @describe(operation_id="cart_hold", request=HoldSerializer)
    def post(self, request: Request) -> Response:
        """Keep the goods for a while (asking again changes nothing), or `extend` that, once."""
        given = HoldSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        cart = cart_to_change(request)
        if cart is None:
            raise NotFound("There is nothing in the basket to keep.", code="unknown_cart")
        if given.validated_data["extend"]:
            extend_hold(cart=cart)
        else:
            hold_cart(cart=cart)
        return show(cart)


class CartItemsView(APIView):
    """Adding to the cart."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @describe(
        operation_id="cart_items_create", request=CartItemInputSerializer, answered=201, examples=_ADDED
    )
    def post(self, request: Request) -> Response:
        """Put a thing in; a guest's first one opens a cart. What is there already is added to."""
        return _add(request)


class CartItemView(APIView):
    """One line of the cart."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @describe(operation_id="cart_items_update", request=QuantitySerializer, examples=_THREE)
    def put(self, request: Request, line_id: str) -> Response:
        """Make a line hold exactly so many."""
        given = QuantitySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        line = line_of(request, line_id)
        carts.change_line(line=line, **given.validated_data)
        return show(cart_of(request))

    @describe(operation_id="cart_items_destroy")
    def delete(self, request: Request, line_id: str) -> Response:
        """Take a line out."""
        carts.remove_line(line=line_of(request, line_id))
        return show(cart_of(request))


class CartCouponsView(APIView):
    """Discount codes. One that is known but takes nothing off is named among the `problems`."""

    permission_classes = [AllowAny]
    route_class = "codes"

    @describe(operation_id="cart_coupons_create", request=CodeSerializer, examples=_CODE)
    def post(self, request: Request) -> Response:
        """Put a discount code in. The same code again changes nothing."""
        given = CodeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        cart = cart_to_change(request)
        cart = baskets.add_code_to_cart(cart=cart, customer=customer_of(request), **given.validated_data)
        return show(cart)


class CartCouponView(APIView):
    """A discount code in the cart."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @describe(operation_id="cart_coupons_destroy")
    def delete(self, request: Request, code: str) -> Response:
        """Take a discount code out."""
        cart = cart_to_change(request)
        coupon = coupon_of(cart=cart, code=code) if cart else None
        if coupon is None:
            raise Http404
        carts.remove_coupon(coupon=coupon)
        return show(cart)


def _add(request: Request) -> Response:
    given = CartItemInputSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    data = given.validated_data
    cart = cart_to_change(request)
    line = baskets.add_to_cart(
        cart=cart,
        customer=customer_of(request),
        sku=baskets.find_sku(product_id=data.get("product_id"), sku=data["sku"]),
        quantity=data["quantity"],
    )
    return show(cart or line.cart, status=201)
