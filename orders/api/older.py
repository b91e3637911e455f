"""The cart for programs that know it by a session id, and products by theirs.

The same services as `/cart`, under the names and shapes of an older cart's API. A `sid` is the
cart's token.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.errors import fields_called
from orders.api.access import cart_to_change, cart_with_token, cart_with_token_to_change, customer_of
from orders.api.older_serializers import OlderCartSerializer, UpdateCartSerializer
from orders.models import Cart
from orders.services import baskets
from orders.services import cart as carts

_SID = "Jm0v0C1jYc1UPWzJ3nq8hJmK7p6oGr0Jf1w6k3xkq2E"
_SHORT = {
    "code": "out_of_stock",
    "message": "Sorry, only 2 of Smartphone left.",
    "id": 1,
    "sku": "PHONE",
    "available": 2,
}
_PHONE = {"id": 1, "name": "Smartphone", "sku": "PHONE", "price": 699.99, "incart": 3, "instock": 2}
_CART = {"sid": _SID, "products": [_PHONE], "total": 1399.98, "problems": [_SHORT]}
_SHOWN = OpenApiExample("Fewer left than are in it", _CART, response_only=True)
_EXAMPLES = [
    OpenApiExample("A first one", {"sid": "", "pid": 1}, request_only=True),
    OpenApiExample("Three of it", {"sid": _SID, "pid": 1, "v": 3}, request_only=True),
    OpenApiExample("Take it out", {"sid": _SID, "pid": 1, "v": "delete"}, request_only=True),
    _SHOWN,
]


def _describe(operation_id: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        request=UpdateCartSerializer,
        responses={200: OpenApiResponse(OlderCartSerializer, "The cart as it is now.")},
        examples=_EXAMPLES,
    )


class UpdateCartView(APIView):
    """Changing a cart, one product at a time."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @_describe("updatecart_create")
    def post(self, request: Request) -> Response:
        """Add one of a product, set how many, or take it out.

        More than there is: 409 `out_of_stock` with `available`, and the cart stays as it was. What
        is no longer sold is named among the `problems` once more, and is then out of the cart. A
        customer who names a guest's cart takes it along: the answer says the `sid` to go on with.
        """
        given = UpdateCartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        sid = data["sid"]
        cart = cart_with_token_to_change(request, sid) if sid else cart_to_change(request)
        with fields_called(product_id="pid", quantity="v"):
            cart = _change(request, cart, data)
        view = carts.view_cart(cart)
        carts.drop_unsold(view=view)
        return Response(OlderCartSerializer(view).data)

    @_describe("updatecart_update")
    def put(self, request: Request) -> Response:
        """The same as POST, for programs that send PUT."""
        return self.post(request)


class ViewCartView(APIView):
    """A cart by its session id."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="viewcart_retrieve", responses=OlderCartSerializer, examples=[_SHOWN])
    def get(self, request: Request, sid: str) -> Response:
        """Show a cart with what is wanted of each product and what is in stock. Writes nothing.

        What ran out stays listed, with a problem `out_of_stock`; what is no longer sold is only a
        problem, `unknown_product`.
        """
        view = carts.view_cart(cart_with_token(request, sid))
        return Response(OlderCartSerializer(view).data)


def _change(request: Request, cart: Cart | None, data: dict[str, Any]) -> Cart | None:
    """Do what `v` says; returns the cart, None when there was none to take something out of."""
    wanted = data["v"]
    if wanted == 0:
        if cart is not None:
            baskets.remove_from_cart(cart=cart, product_id=data["pid"], sku=data["sku"])
        return cart
    sku = baskets.find_sku(product_id=data["pid"], sku=data["sku"])
    put, quantity = (baskets.add_to_cart, 1) if wanted is None else (baskets.set_in_cart, wanted)
    line = put(cart=cart, customer=customer_of(request), sku=sku, quantity=quantity)
    return cart or line.cart
