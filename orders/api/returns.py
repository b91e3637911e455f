"""Returns for programs. Their money goes back in `payments.api.returns`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.errors import BadInput
from orders.api.access import customer_of, is_staff, order_for
from orders.api.orders import TOKEN
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.api.return_serializers import (
    AnswerSerializer,
    NewReturnSerializer,
    ReasonSerializer,
    ReceiveSerializer,
    ReturnSerializer,
    ReturnsSerializer,
)
from orders.models import Return, ReturnLine
from orders.services.idempotency import Answer, answer_once
from orders.services.return_steps import approve_return, receive_return, reject_return
from orders.services.returns import deadline_of, may_send_back, request_return

CHANGE_RETURNS = "orders.change_return"
RECEIVE_RETURNS = "orders.receive_return"
_NEW = {"items": [{"item_id": 1, "quantity": 1, "reason": "Damaged", "note": "Cracked"}]}
_RECEIVED = {"items": [{"item_id": 1, "received_quantity": 1, "restocked_quantity": 0}]}


def return_for(request: Request, order_id: str, number: str) -> Return:
    """A return of an order the caller may see. Raises Http404 for any other."""
    order = order_for(request, order_id)
    found = (
        order.returns.select_related("order").prefetch_related("lines__line").filter(number=number.upper())
    )
    return_ = found.first()
    if return_ is None:
        raise Http404
    return return_


def return_for_staff(
    request: Request, order_id: str, number: str, *, permission: str = CHANGE_RETURNS
) -> Return:
    """The same, to be changed. Raises PermissionDenied for callers who may only see it."""
    return_ = return_for(request, order_id, number)
    if not is_staff(request.user, permission):
        raise PermissionDenied
    return return_


def describe_return(return_: Return) -> dict[str, Any]:
    """A return as it is now."""
    rows = Return.objects.prefetch_related("lines__line")
    return ReturnSerializer(rows.get(pk=return_.pk)).data


class ReturnsView(APIView):
    """An order's returns: for its customer, for staff, and for a guest who holds its token."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="orders_returns_list", parameters=[TOKEN], responses=ReturnsSerializer)
    def get(self, request: Request, order_id: str) -> Response:
        """List an order's returns, and until when something may be sent back."""
        order = order_for(request, order_id)
        found = {
            "returns": order.returns.prefetch_related("lines__line").order_by("pk"),
            "can_be_returned": may_send_back(order, now=timezone.now()),
            "returnable_until": deadline_of(order),
        }
        return Response(ReturnsSerializer(found).data)

    @extend_schema(
        operation_id="orders_returns_create",
        parameters=[TOKEN, KEY],
        request=NewReturnSerializer,
        responses={201: ReturnSerializer},
        examples=[OpenApiExample("One thing", _NEW, request_only=True)],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Ask for things to be taken back. No more than was sent, and in time."""
        order = order_for(request, order_id)
        given = NewReturnSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        lines = {item["item_id"]: (item["quantity"], item["reason"], item["note"]) for item in data["items"]}
        if len(lines) < len(data["items"]):
            raise BadInput("Name each item once.", field="items")
        if any(reason == ReturnLine.Reason.WITHDRAWN for _, reason, _ in lines.values()):
            raise BadInput("Choose a reason for a return.", field="items")

        def ask() -> Answer:
            made = request_return(order=order, lines=lines, note=data["note"], actor=customer_of(request))
            return keep(201, describe_return(made))

        return respond(answer_once(repeat=repeat_key(request, email=order.email), work=ask))


class ReturnView(APIView):
    """One return: for the order's customer, for staff, and for a guest who holds the order's token."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="orders_returns_retrieve", parameters=[TOKEN], responses=ReturnSerializer)
    def get(self, request: Request, order_id: str, number: str) -> Response:
        return Response(ReturnSerializer(return_for(request, order_id, number)).data)


class ApproveReturnView(APIView):
    """Staff let the shopper send it."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_returns_approve", request=AnswerSerializer, responses={200: ReturnSerializer}
    )
    def post(self, request: Request, order_id: str, number: str) -> Response:
        """Approve a return. Repeating changes nothing."""
        return_ = return_for_staff(request, order_id, number)
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return_ = approve_return(
            return_=return_, answer=given.validated_data["answer"], actor=customer_of(request)
        )
        return Response(describe_return(return_))


class RejectReturnView(APIView):
    """Staff do not accept it."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_returns_reject", request=ReasonSerializer, responses={200: ReturnSerializer}
    )
    def post(self, request: Request, order_id: str, number: str) -> Response:
        """Reject a return, with a reason for the shopper. Repeating changes nothing."""
        return_ = return_for_staff(request, order_id, number)
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reason = given.validated_data["reason"]
        return_ = reject_return(return_=return_, reason=reason, actor=customer_of(request))
        return Response(describe_return(return_))


class ReceiveReturnView(APIView):
    """The parcel is here."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_returns_receive",
        request=ReceiveSerializer,
        responses={200: ReturnSerializer},
        examples=[OpenApiExample("Broken, not restocked", _RECEIVED, request_only=True)],
    )
    def post(self, request: Request, order_id: str, number: str) -> Response:
        """Book what has arrived and what of it can be sold again. Repeating changes nothing."""
        return_ = return_for_staff(request, order_id, number, permission=RECEIVE_RETURNS)
        given = ReceiveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        rows = {row.line_id: row.pk for row in return_.lines.all()}
        received = {
            rows.get(item["item_id"], 0): (item["received_quantity"], item["restocked_quantity"])
            for item in given.validated_data["items"]
        }
        return_ = receive_return(return_=return_, received=received, actor=customer_of(request))
        return Response(describe_return(return_))
