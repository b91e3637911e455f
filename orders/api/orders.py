"""Reading orders. Placing them and changing their state is in `payments.api`, which has the money."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api import PageNumberPagination
from orders.api.access import customer_of, may_change, order_for, orders_for, orders_of_customer
from orders.api.fields import postal_of
from orders.api.order_serializers import (
    CustomerOrdersSerializer,
    OrderBriefSerializer,
    OrderChangeSerializer,
    OrderFilterSerializer,
    OrderSerializer,
    OrderSummarySerializer,
)
from orders.models import Order, OrderEvent
from orders.services.changing import change_address

TOKEN = OpenApiParameter("token", str, description="The order's own token, for guests.")
PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 100.")]
_ORDER = {
    "order_id": 1,
    "customer_id": "7d3a6c1e-6f0b-4f0e-9d57-2f6e6f0c9a11",
    "shipping_address": "123 Elm St",
    "order_status": "Processing",
    "items": [{"product_id": 1, "quantity": 1, "price": 699.99}],
    "total_price": 699.99,
}
_BRIEF = {"order_id": 1, "shipping_address": "123 Elm St", "order_status": "Processing"}


class OrderListView(APIView):
    """The caller's orders, the newest first; for staff everybody's."""

    pagination_class = PageNumberPagination
    route_class = "checkout"

    def get_permissions(self) -> list[BasePermission]:
        """Guests order too, but only who is signed in has orders to list."""
        return [IsAuthenticated() if self.request.method in SAFE_METHODS else AllowAny()]

    @extend_schema(
        operation_id="orders_list",
        parameters=[OrderFilterSerializer, *PAGE],
        responses=OrderSummarySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the caller's orders, the newest first; for staff everybody's."""
        filters = OrderFilterSerializer(data=request.query_params)
        filters.is_valid(raise_exception=True)
        orders = orders_for(request).select_related("customer").prefetch_related("lines")
        pages = PageNumberPagination()
        page = pages.paginate_queryset(_narrowed(orders, filters.validated_data), request, view=self)
        return pages.get_paginated_response(OrderSummarySerializer(page, many=True).data)


class OrderView(APIView):
    """One order: for its customer, for staff, and for a guest who holds its token."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_retrieve",
        parameters=[TOKEN],
        responses=OrderSerializer,
        examples=[OpenApiExample("An order", _ORDER, response_only=True)],
    )
    def get(self, request: Request, order_id: str) -> Response:
        return Response(describe_order(order_for(request, order_id)))

    @extend_schema(
        operation_id="orders_update",
        parameters=[TOKEN],
        request=OrderChangeSerializer,
        responses=OrderSerializer,
        examples=[OpenApiExample("Elsewhere", {"shipping_address": "9 Oak Rd"}, request_only=True)],
    )
    def patch(self, request: Request, order_id: str) -> Response:
        """Send it to another address, until it is picked and where it costs the same."""
        order = order_for(request, order_id)
        if not may_change(request, order):
            raise PermissionDenied
        given = OrderChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        address = postal_of(
            given.validated_data["shipping_address"], name=order.name, field="shipping_address"
        )
        order = change_address(order=order, address=address, actor=customer_of(request))
        return Response(describe_order(order))


class CustomerOrdersView(APIView):
    """A customer's orders, for themselves and for staff."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="customers_orders_list",
        parameters=PAGE,
        responses=CustomerOrdersSerializer,
        examples=[OpenApiExample("Orders", {"orders": [_BRIEF]}, response_only=True)],
    )
    def get(self, request: Request, customer_id: str) -> Response:
        pages = PageNumberPagination()
        page = pages.paginate_queryset(orders_of_customer(request, customer_id), request, view=self)
        answer = pages.get_paginated_response(OrderBriefSerializer(page, many=True).data)
        return Response({"orders": answer.data.pop("results")} | answer.data)


def describe_order(order: Order) -> dict[str, Any]:
    """An order as its own page shows it."""
    public = Prefetch("events", OrderEvent.objects.filter(is_public=True), to_attr="public_events")
    rows = Order.objects.select_related("customer").prefetch_related(
        "lines", "shipments__lines__line", public
    )
    return OrderSerializer(rows.get(pk=order.pk)).data


def _narrowed(orders: QuerySet[Order], wanted: dict[str, Any]) -> QuerySet[Order]:
    columns = {
        "status": "status",
        "payment_status": "payment_status",
        "customer_id": "customer__customer_id",
    }
    found = {column: wanted[name] for name, column in columns.items() if name in wanted}
    if "email" in wanted:
        found["email_key"] = wanted["email"].lower()
    if "number" in wanted:
        found["number"] = wanted["number"].upper()
    order = wanted.get("ordering", "-created_at")
    column = {"created_at": "placed_at", "total_price": "total"}[order.removeprefix("-")]
    sign = "-" if order.startswith("-") else ""
    return orders.filter(**found).order_by(f"{sign}{column}", f"{sign}pk")
