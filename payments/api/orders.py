"""Placing orders and changing their state, for programs."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.api.access import (
    CART_HEADER,
    CHANGE_ORDERS,
    PACK_ORDERS,
    customer_of,
    is_staff,
    may_change,
    order_for,
)
from orders.api.orders import TOKEN, OrderListView
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.models import Order
from orders.services.idempotency import Answer, answer_once
from payments import gateways
from payments.api.serializers import (
    NewOrderSerializer,
    NewStatusSerializer,
    OrderPlacedSerializer,
    StatusChangedSerializer,
)
from payments.api.wishes import buyer_by_link, buyer_of, wish_of
from payments.models import Payment
from payments.services.order_status import change_status
from payments.services.ordering import BY_LINK, order_at_once
from payments.tries import count_code

SEND_MONEY = "payments.add_refund"
_CART = OpenApiParameter(CART_HEADER, str, OpenApiParameter.HEADER, description="A guest's cart.")
_GUEST = {
    "email": "nora@example.com",
    "shipping_address": "123 Elm St",
    "items": [{"product_id": 1, "quantity": 1}],
}
_LINK = _GUEST | {"payment_method": "link"}
_CUSTOMER = {"customer_id": "7d3a6c1e-6f0b-4f0e-9d57-2f6e6f0c9a11", "shipping_address": "123 Elm St"}
_PLACED = {
    "message": "Order created successfully",
    "order_id": 1,
    "order_number": "7K2M9PQR",
    "payment_id": 1,
    "payment_url": "https://shop.example/pay/TOKEN/",
    "track_url": "https://shop.example/orders/TOKEN/",
}
_CHANGED = {
    "message": "Order status updated successfully",
    "order_id": 1,
    "order_status": "Shipped",
}


class OrdersView(OrderListView):
    """The caller's orders (for staff everybody's), and placing one."""

    @extend_schema(
        operation_id="orders_create",
        parameters=[KEY, _CART],
        request=NewOrderSerializer,
        responses={201: OrderPlacedSerializer},
        examples=[
            OpenApiExample("A guest orders items", _GUEST, request_only=True),
            OpenApiExample("A customer orders the cart", _CUSTOMER, request_only=True),
            OpenApiExample("Staff send a link to pay", _LINK, request_only=True),
            OpenApiExample("Placed", _PLACED, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Place an order. Guests, customers for themselves, and staff for anybody."""
        given = NewOrderSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        by_link = data["payment_method"] == BY_LINK
        buyer = buyer_by_link(request, data) if by_link else buyer_of(request, data.get("customer_id"))

        def place() -> Answer:
            for _ in data["gift_cards"]:
                count_code(request)
            actor = customer_of(request) if by_link or buyer != customer_of(request) else None
            order, payment = order_at_once(wish=wish_of(request, data, buyer), customer=buyer, actor=actor)
            return keep(201, _placed(order, payment))

        return respond(answer_once(repeat=repeat_key(request, email=data.get("email", "")), work=place))


class OrderStatusView(APIView):
    """An order's state."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_status_update",
        parameters=[TOKEN],
        request=NewStatusSerializer,
        responses=StatusChangedSerializer,
        examples=[
            OpenApiExample("Shipped", {"order_status": "Shipped"}, request_only=True),
            OpenApiExample("Done", _CHANGED, response_only=True),
        ],
    )
    def put(self, request: Request, order_id: str) -> Response:
        """Take an order to its next state. Its customer may cancel it until it is picked."""
        order = order_for(request, order_id)
        given = NewStatusSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        status = data.pop("order_status")
        _require_right(request, order, status)
        by_shopper = not any(is_staff(request.user, right) for right in (CHANGE_ORDERS, PACK_ORDERS))
        order = change_status(
            order=order, status=status, actor=customer_of(request), by_shopper=by_shopper, **data
        )
        answer = {"message": "Order status updated successfully", "order_id": order.pk}
        return Response(StatusChangedSerializer(answer | {"order_status": order.status}).data)


def _require_right(request: Request, order: Order, status: str) -> None:
    """Raise PermissionDenied unless the caller may take this order to `status`.

    Sending money back takes the permission to do so, also when cancelling does it. What leads to the
    customer's door takes the permission to pack.
    """
    ends = status in (Order.Status.CANCELLED, Order.Status.REFUNDED)
    if is_staff(request.user, CHANGE_ORDERS if ends else PACK_ORDERS):
        cancels_paid = status == Order.Status.CANCELLED and order.got_money
        sends_money = status == Order.Status.REFUNDED or cancels_paid
        if sends_money and not request.user.has_perm(SEND_MONEY):
            raise PermissionDenied
        return
    if status != Order.Status.CANCELLED or not may_change(request, order):
        raise PermissionDenied


def _placed(order: Order, payment: Payment | None) -> dict[str, Any]:
    if payment is None:
        pays_online = order.can_be_paid and not order.payment_method
    else:
        pays_online = payment.is_open and gateways.get(payment.gateway).is_online
    pay_page = settings.SITE_URL + reverse("payments:start", args=[order.token])
    return {
        "message": "Order created successfully",
        "order_id": order.pk,
        "order_number": order.number,
        "payment_id": payment.pk if payment else None,
        "payment_url": pay_page if pays_online else None,
        "track_url": settings.SITE_URL + order.get_absolute_url(),
    }
