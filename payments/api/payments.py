"""Payments and refunds for programs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.errors import DomainError
from orders.api.access import is_staff, refuse
from orders.api.orders import PAGE
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.models import CreditNote
from orders.services.idempotency import Answer, answer_resumably
from payments.api.orders import SEND_MONEY
from payments.api.serializers import (
    NewRefundSerializer,
    PaymentFilterSerializer,
    PaymentSerializer,
    RefundedSerializer,
    RefundSerializer,
)
from payments.models import Payment, Refund
from payments.services.refund_parts import pieces_by_sku, require_delivery
from payments.services.refunding import refund_parts, refunds_of_key

SEE_PAYMENTS = "payments.view_payment"
_PAYMENT = {
    "payment_id": 1,
    "order_id": 1,
    "amount": 699.99,
    "payment_method": "Credit Card",
    "payment_date": "2024-12-13T10:30:00Z",
}


class PaymentListView(APIView):
    """The caller's payments, the newest first; for staff everybody's."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"
    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="payments_list",
        parameters=[PaymentFilterSerializer, *PAGE],
        responses=PaymentSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        filters = PaymentFilterSerializer(data=request.query_params)
        filters.is_valid(raise_exception=True)
        wanted = dict(filters.validated_data)
        if "payment_state" in wanted:
            wanted["status"] = wanted.pop("payment_state")
        rows = _payments_for(request).filter(**wanted).order_by("-pk")
        pages = PageNumberPagination()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(PaymentSerializer(page, many=True).data)


class PaymentView(APIView):
    """One payment: for the order's customer and for staff."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="payments_retrieve",
        responses=PaymentSerializer,
        examples=[OpenApiExample("A payment", _PAYMENT, response_only=True)],
    )
    def get(self, request: Request, payment_id: str) -> Response:
        return Response(PaymentSerializer(_payment_for(request, payment_id)).data)


class RefundsView(APIView):
    """Money of a payment going back."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="payments_refunds_create",
        parameters=[KEY],
        request=NewRefundSerializer,
        responses={201: RefundedSerializer},
        examples=[OpenApiExample("A part", {"amount": 20.00, "reason": "Arrived late"}, request_only=True)],
    )
    def post(self, request: Request, payment_id: str) -> Response:
        """Send money back. The refund stays pending while the bank cannot be reached."""
        payment = _payment_for(request, payment_id)
        if not is_staff(request.user, SEND_MONEY):
            raise PermissionDenied
        given = NewRefundSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data

        def send(key: str) -> Answer:
            refund = _refund(request, payment, data, key=f"api-{key}")
            return keep(201, _refunded(refund))

        return respond(answer_resumably(repeat=repeat_key(request), work=send))


def _refund(request: Request, payment: Payment, data: dict, *, key: str) -> Refund:
    """The refund of this key, made now unless there is one: its amount is then what it was."""
    if found := refunds_of_key(payment.order, key):
        return found[0]
    try:
        [refund] = refund_parts(
            order=payment.order,
            payment=payment,
            reason=data["reason"],
            restock=data["restock"],
            key=key,
            actor=request.user,
            **_asked_for(payment, data),
        )
        return refund
    except DomainError:
        # Claimed all the same: the gateway did not answer, or a rival with this key was faster.
        if found := refunds_of_key(payment.order, key):
            return found[0]
        raise


def _asked_for(payment: Payment, data: dict) -> dict[str, Any]:
    """Pieces and delivery, an amount, or all that is left of the payment."""
    order = payment.order
    asked: dict[str, Any] = {}
    if "lines" in data:
        lines = [(line["sku"], line["quantity"]) for line in data["lines"]]
        asked["lines"] = pieces_by_sku(order, lines)
    if data["delivery"]:
        asked["shipping"] = require_delivery(order)
    if "amount" in data:
        asked["amount"] = data["amount"]
    if not asked and payment.left <= 0:
        raise DomainError("No money of this payment is left to send back.", code="nothing_to_refund")
    return asked or {"amount": payment.left}


def _refunded(refund: Refund) -> dict:
    done = refund.status == Refund.Status.DONE
    message = "Refund created successfully" if done else "The refund is sent as soon as the bank answers"
    note = CreditNote.objects.filter(key=refund.key).values_list("number", flat=True).first()
    return {
        "message": message,
        "payment_id": refund.payment_id,
        "refund": RefundSerializer(refund).data,
        "credit_note": note,
    }


def _payments_for(request: Request) -> QuerySet[Payment]:
    rows = Payment.objects.select_related("order").prefetch_related("refunds")
    if is_staff(request.user, SEE_PAYMENTS) or is_staff(request.user, SEND_MONEY):
        return rows
    return rows.filter(order__customer=request.user)


def _payment_for(request: Request, payment_id: str) -> Payment:
    payment = _payments_for(request).filter(pk=payment_id).first()
    if payment is None:
        refuse(request, SEE_PAYMENTS)
    return payment
