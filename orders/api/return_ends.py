"""Returns that end without money, for programs."""

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.api.access import customer_of, may_change
from orders.api.orders import TOKEN
from orders.api.return_serializers import ReasonSerializer, ReturnSerializer
from orders.api.returns import describe_return, return_for, return_for_staff
from orders.services.return_steps import cancel_return, close_return


class CloseReturnView(APIView):
    """Staff end it without a refund."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_returns_close", request=ReasonSerializer, responses={200: ReturnSerializer}
    )
    def post(self, request: Request, order_id: str, number: str) -> Response:
        """Close a return that was never sent or has nothing to refund. Repeating changes nothing."""
        return_ = return_for_staff(request, order_id, number)
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reason = given.validated_data["reason"]
        return_ = close_return(return_=return_, reason=reason, actor=customer_of(request))
        return Response(describe_return(return_))


class CancelReturnView(APIView):
    """The shopper keeps the things after all."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_returns_cancel",
        parameters=[TOKEN],
        request=None,
        responses={200: ReturnSerializer},
    )
    def post(self, request: Request, order_id: str, number: str) -> Response:
        """Cancel a return before it has arrived. Repeating changes nothing."""
        return_ = return_for(request, order_id, number)
        if not may_change(request, return_.order):
            raise PermissionDenied
        return_ = cancel_return(return_=return_, actor=customer_of(request))
        return Response(describe_return(return_))
