"""The payments of an order, and paying for it again, for programs."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.errors import DomainError
from orders.api.access import may_change, order_for
from orders.api.orders import TOKEN
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.models import Order
from orders.services.idempotency import Answer, answer_resumably
from payments import gateways
from payments.api.serializers import (
    NewPaymentSerializer,
    OrderPaymentsSerializer,
    PaymentCreatedSerializer,
)
from payments.models import Payment
from payments.services.orders import pay_by, ways_to_pay
from payments.services.payments import held_payment, start_payment

_CREATED = {
    "message": "Payment created successfully",
    "payment_id": 1,
    "payment_url": "https://shop.example/pay/demo/REFERENCE/",
}


class OrderPaymentsView(APIView):
    """The payments of an order: for its customer, for staff, and for a guest who holds its token."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="orders_payments_list", parameters=[TOKEN], responses=OrderPaymentsSerializer)
    def get(self, request: Request, order_id: str) -> Response:
        """List an order's payments, the newest first, and what is still to be paid."""
        order = order_for(request, order_id)
        payments = Payment.objects.filter(order=order).select_related("order").prefetch_related("refunds")
        ways = ways_to_pay(order) if order.can_be_paid else []
        found = {"payments": payments.order_by("-pk"), "amount_due": order.amount_due, "ways_to_pay": ways}
        return Response(OrderPaymentsSerializer(found).data)

    @extend_schema(
        operation_id="orders_payments_create",
        parameters=[TOKEN, KEY],
        request=NewPaymentSerializer,
        responses={201: PaymentCreatedSerializer},
        examples=[
            OpenApiExample("By card", {"payment_method": "Credit card"}, request_only=True),
            OpenApiExample("Created", _CREATED, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Pay what is due, after a decline or in another way. `payment_url` is where the shopper
        goes, null when nothing happens online. Asking again answers the same open payment."""
        order = order_for(request, order_id)
        if not may_change(request, order):
            raise PermissionDenied
        given = NewPaymentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        way = given.validated_data["payment_method"]

        def open_one(key: str) -> Answer:
            return keep(201, _open(order, way))

        return respond(answer_resumably(repeat=repeat_key(request, email=order.email), work=open_one))


def _open(order: Order, way: str) -> dict[str, Any]:
    """Open the payment at its gateway. Raises DomainError (`payment_held`) while staff look at money
    that has come already, and what `pay_by` and `start_payment` raise."""
    if not order.can_be_paid:
        raise DomainError("This order is not waiting for a payment.", code="not_payable")
    if held_payment(order):
        raise DomainError(
            "A payment of this order is being checked. Nothing more has to be paid meanwhile.",
            code="payment_held",
        )
    gateway = gateways.choose(way or order.payment_method, among=ways_to_pay(order))
    payment = pay_by(order=order, gateway=gateway.code)
    url = start_payment(payment=payment) if payment.is_open else ""
    return {
        "message": "Payment created successfully",
        "payment_id": payment.pk,
        "payment_url": urljoin(settings.SITE_URL, url) if url else None,
    }
