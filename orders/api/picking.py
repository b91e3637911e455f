"""Picking for programs: a scanner in the warehouse takes an order in hand, or puts it back."""

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.api.access import PACK_ORDERS, customer_of, is_staff, order_for
from orders.api.order_serializers import OrderSerializer, PickingSerializer
from orders.api.orders import describe_order
from orders.services.picking import start_picking, stop_picking


class PickingView(APIView):
    """Whether an order is being packed. Staff only."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_picking_update",
        request=PickingSerializer,
        responses=OrderSerializer,
        examples=[OpenApiExample("Take it in hand", {"picking": True}, request_only=True)],
    )
    def put(self, request: Request, order_id: str) -> Response:
        """Start to pack an order, or put it back. From the start on its shopper cannot change it.

        Repeating changes nothing. An order that is not paid, or of which something has left, is
        refused with 409.
        """
        order = order_for(request, order_id)
        if not is_staff(request.user, PACK_ORDERS):
            raise PermissionDenied
        given = PickingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        step = start_picking if given.validated_data["picking"] else stop_picking
        return Response(describe_order(step(order=order, actor=customer_of(request))))
