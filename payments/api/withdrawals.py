"""Withdrawal from the contract, for programs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.api.access import customer_of, may_change, order_for
from orders.api.fields import QuantityField
from orders.api.orders import TOKEN
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.models import Withdrawal
from orders.services.idempotency import Answer, answer_resumably
from orders.services.returns import deadline_of
from payments.services.withdrawal_by_sku import withdraw_by_sku

_PART = {"name": "Nora Nagel", "items": [{"sku": "MUG-BLUE"}]}


class WithdrawnItemSerializer(serializers.Serializer):
    product_name = serializers.CharField(source="name")
    quantity = serializers.IntegerField(source="pieces")


class WithdrawalSerializer(serializers.Serializer):
    """A receipt: what was stated, when it reached us, and what follows from it."""

    withdrawal_id = serializers.IntegerField(source="pk")
    order_id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField(help_text="The receipt is sent there too.")
    received_at = serializers.DateTimeField()
    items = WithdrawnItemSerializer(many=True, source="lines")
    statement = serializers.CharField()
    effects = serializers.SerializerMethodField()
    return_number = serializers.SerializerMethodField(help_text="Null when nothing has to come back.")

    def get_effects(self, made: Withdrawal) -> list[str]:
        return made.effect.splitlines()

    def get_return_number(self, made: Withdrawal) -> str | None:
        back = getattr(made, "return_made", None)
        return back.number if back else None


class WithdrawalsSerializer(serializers.Serializer):
    """An order's receipts, the newest first; `withdrawable_until` is null while its days have not
    begun."""

    withdrawals = WithdrawalSerializer(many=True)
    withdrawable_until = serializers.DateTimeField(allow_null=True)


class WithdrawnThingSerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=64)
    quantity = QuantityField(required=False, help_text="All that are left of it, as without it.")


class NewWithdrawalSerializer(serializers.Serializer):
    """Without `items` the whole order."""

    name = serializers.CharField(max_length=120, help_text="Who withdraws.")
    items = WithdrawnThingSerializer(many=True, required=False, allow_empty=False, max_length=100)  # type: ignore[call-arg]


class WithdrawalView(APIView):
    """Withdrawal from an order: by its customer, and by a guest who holds its token."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(operation_id="orders_withdrawal_list", parameters=[TOKEN], responses=WithdrawalsSerializer)
    def get(self, request: Request, order_id: str) -> Response:
        """List an order's receipts, and until when one may withdraw."""
        order = order_for(request, order_id)
        made = order.withdrawals.select_related("return_made")
        found = {"withdrawals": made, "withdrawable_until": deadline_of(order)}
        return Response(WithdrawalsSerializer(found).data)

    @extend_schema(
        operation_id="orders_withdrawal_create",
        parameters=[TOKEN, KEY],
        request=NewWithdrawalSerializer,
        responses={201: WithdrawalSerializer, 200: WithdrawalSerializer},
        examples=[OpenApiExample("From one thing", _PART, request_only=True)],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Withdraw from the contract and get the receipt; it is emailed too.

        No reason is asked. Stating the same again answers the same receipt with 200.
        """
        order = order_for(request, order_id)
        if not may_change(request, order):
            raise PermissionDenied
        given = NewWithdrawalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        name, items = given.validated_data["name"], _items(given.validated_data)

        def state(key: str) -> Answer:
            made, is_new = withdraw_by_sku(order=order, name=name, items=items, actor=customer_of(request))
            return keep(201 if is_new else 200, WithdrawalSerializer(made).data)

        return respond(answer_resumably(repeat=repeat_key(request, email=order.email), work=state))


def _items(data: dict[str, Any]) -> list[tuple[str, int | None]] | None:
    return [(item["sku"], item.get("quantity")) for item in data["items"]] if "items" in data else None
