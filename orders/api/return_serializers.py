"""The shapes of returns on the wire."""

from rest_framework import serializers

from ecommerce.lib.api_fields import LabelField, MoneyNumber
from orders.api.fields import QuantityField
from orders.models import Return, ReturnLine


class ReturnItemSerializer(serializers.Serializer):
    """`item_id` is the order's own line; `refund_amount` is null until it is decided."""

    item_id = serializers.IntegerField(source="line_id")
    sku = serializers.CharField(source="line.sku")
    product_name = serializers.CharField(source="line.full_name")
    quantity = serializers.IntegerField()
    reason = LabelField(choices=ReturnLine.Reason)
    note = serializers.CharField(allow_blank=True)
    received_quantity = serializers.IntegerField()
    restocked_quantity = serializers.IntegerField()
    refund_amount = MoneyNumber(allow_null=True)


class ReturnSerializer(serializers.Serializer):
    return_number = serializers.CharField(source="number")
    order_id = serializers.IntegerField()
    kind = LabelField(choices=Return.Kind)
    return_status = LabelField(choices=Return.Status, source="status")
    items = ReturnItemSerializer(many=True, source="lines")
    note = serializers.CharField(allow_blank=True)
    answer = serializers.CharField(source="staff_answer", allow_blank=True)
    refund_amount = MoneyNumber(allow_null=True)
    refund_shipping = serializers.BooleanField()
    refund_reason = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField(source="requested_at")
    approved_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    refunded_at = serializers.DateTimeField(allow_null=True)


class ReturnsSerializer(serializers.Serializer):
    """An order's returns; `returnable_until` is null while its days have not begun."""

    returns = ReturnSerializer(many=True)
    can_be_returned = serializers.BooleanField()
    returnable_until = serializers.DateTimeField(allow_null=True)


class NewReturnItemSerializer(serializers.Serializer):
    item_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = QuantityField(default=1)
    reason = LabelField(choices=ReturnLine.Reason)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class NewReturnSerializer(serializers.Serializer):
    items = NewReturnItemSerializer(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class AnswerSerializer(serializers.Serializer):
    """Words for the shopper."""

    answer = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300, help_text="The shopper reads it.")


class ReceivedItemSerializer(serializers.Serializer):
    item_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    received_quantity = QuantityField(lowest=0)
    restocked_quantity = QuantityField(lowest=0, default=0)


class ReceiveSerializer(serializers.Serializer):
    items = ReceivedItemSerializer(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]
