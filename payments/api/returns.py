"""The money of a return, for programs."""

from contextlib import suppress

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.api.access import is_staff
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.api.return_serializers import ReturnSerializer
from orders.api.returns import describe_return, return_for
from orders.services.idempotency import Answer, answer_resumably
from payments.api.orders import SEND_MONEY
from payments.api.serializers import RefundReturnSerializer
from payments.gateways.base import GatewayError
from payments.services.returns import refund_return

_LESS = {"amount": 15.00, "refund_shipping": False, "reason": "Worn"}


class RefundReturnView(APIView):
    """Money for goods that came back."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_returns_refund",
        parameters=[KEY],
        request=RefundReturnSerializer,
        responses={200: ReturnSerializer},
        examples=[OpenApiExample("Less than the full price", _LESS, request_only=True)],
    )
    def post(self, request: Request, order_id: str, number: str) -> Response:
        """Refund a return that has arrived; it is done once. `return_status` stays "Arrived" while
        the bank cannot be reached."""
        return_ = return_for(request, order_id, number)
        if not is_staff(request.user, SEND_MONEY):
            raise PermissionDenied
        given = RefundReturnSerializer(data=request.data)
        given.is_valid(raise_exception=True)

        def send(key: str) -> Answer:
            with suppress(GatewayError):  # the amount is decided then, and the sweep sends it
                refund_return(return_=return_, actor=request.user, **given.validated_data)
            return keep(200, describe_return(return_))

        return respond(answer_resumably(repeat=repeat_key(request), work=send))
