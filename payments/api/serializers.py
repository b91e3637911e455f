"""The shapes of placing orders, of their states, and of payments and refunds on the wire."""

from typing import Any

from rest_framework import serializers

from ecommerce.lib.api_fields import LabelField, MoneyNumber
from orders.api.cart_serializers import CartItemInputSerializer
from orders.api.fields import AddressField, QuantityField
from orders.models import Order
from payments import gateways
from payments.models import Payment, Refund
from payments.services.ordering import BY_LINK


class PaymentMethodField(serializers.CharField):
    """A way to pay by its code ("bank_transfer") or label ("Bank transfer"), in any case.

    Staff may say "link" instead: then the customer chooses. Others get the words of a wrong way.
    """

    def to_internal_value(self, data: Any) -> str:
        wanted = super().to_internal_value(data).casefold()
        if wanted == BY_LINK:
            return BY_LINK
        for gateway in gateways.offered():
            if wanted in (gateway.code.casefold(), gateway.label.casefold()):
                return gateway.code
        labels = ", ".join(gateway.label for gateway in gateways.offered())
        raise serializers.ValidationError(f"Choose how to pay: {labels}.", code="payment_method")


class NewOrderSerializer(serializers.Serializer):
    """Without `items` the cart is ordered. Guests send an `email`; prices sent are ignored."""

    customer_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Staff order for anybody, a customer for themselves."
    )
    email = serializers.EmailField(max_length=254, required=False)
    name = serializers.CharField(max_length=120, min_length=2, required=False, help_text="Who receives it.")
    shipping_address = AddressField(
        required=False, help_text="Text or an object; a customer's usual address when left out."
    )
    billing_address = AddressField(required=False, help_text="The same as delivery when left out.")
    items = CartItemInputSerializer(many=True, required=False, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    shipping_method = serializers.CharField(
        max_length=40, required=False, default="", help_text="Its code; the cheapest when left out."
    )
    payment_method = PaymentMethodField(
        max_length=60,
        required=False,
        default="",
        help_text="Its code or label; the first way to pay when left out. Staff may say `link`: the "
        "customer is emailed a link, chooses there, and the goods are kept for some days.",
    )
    coupon = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    vat_number = serializers.CharField(
        max_length=32,
        required=False,
        allow_blank=True,
        help_text="A company's, of the country we deliver to; the cart's own when left out. "
        "In other countries of the European Union than ours it takes the VAT off.",
    )
    confirmed_total = MoneyNumber(
        required=False,
        allow_null=True,
        default=None,
        help_text="The total that was shown; another one now is refused with 409 `total_changed`.",
    )
    gift_cards = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        default=list,
        max_length=10,
        help_text="Codes of gift cards that pay as far as they go; those kept with the cart pay too.",
    )
    use_store_credit = serializers.BooleanField(
        required=False, default=False, help_text="The customer's own credit pays as far as it goes."
    )


class OrderPlacedSerializer(serializers.Serializer):
    """`payment_url` is the page on which the shopper pays, null when there is nothing to do."""

    message = serializers.CharField()
    order_id = serializers.IntegerField()
    order_number = serializers.CharField()
    payment_id = serializers.IntegerField(allow_null=True)
    payment_url = serializers.URLField(allow_null=True)
    track_url = serializers.URLField()


class NewStatusSerializer(serializers.Serializer):
    order_status = LabelField(choices=Order.Status)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    carrier = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    tracking_number = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class StatusChangedSerializer(serializers.Serializer):
    message = serializers.CharField()
    order_id = serializers.IntegerField()
    order_status = LabelField(choices=Order.Status)


class RefundSerializer(serializers.Serializer):
    refund_id = serializers.IntegerField(source="pk")
    amount = MoneyNumber()
    reason = serializers.CharField()
    refund_status = LabelField(choices=Refund.Status, source="status")
    created_at = serializers.DateTimeField()


class PaymentSerializer(serializers.Serializer):
    """`payment_date` is when the money came, null before; `refunded_amount` is what went back."""

    payment_id = serializers.IntegerField(source="pk")
    order_id = serializers.IntegerField()
    order_number = serializers.CharField(source="order.number")
    amount = MoneyNumber()
    refunded_amount = MoneyNumber()
    currency = serializers.CharField()
    payment_method = serializers.SerializerMethodField()
    payment_date = serializers.DateTimeField(source="captured_at", allow_null=True)
    payment_state = LabelField(choices=Payment.Status, source="status")
    failure_reason = serializers.CharField(allow_blank=True)
    refunds = RefundSerializer(many=True)
    created_at = serializers.DateTimeField()

    def get_payment_method(self, payment: Payment) -> str:
        return gateways.get(payment.gateway).label


class NewPaymentSerializer(serializers.Serializer):
    payment_method = PaymentMethodField(
        max_length=60,
        required=False,
        default="",
        help_text="Its code or label; the order's own way when left out.",
    )


class PaymentCreatedSerializer(serializers.Serializer):
    message = serializers.CharField()
    payment_id = serializers.IntegerField()
    payment_url = serializers.URLField(allow_null=True)


class WayToPaySerializer(serializers.Serializer):
    code = serializers.CharField()
    label: Any = serializers.CharField()


class OrderPaymentsSerializer(serializers.Serializer):
    """`ways_to_pay` is empty for an order that waits for no money."""

    payments = PaymentSerializer(many=True)
    amount_due = MoneyNumber()
    ways_to_pay = WayToPaySerializer(many=True)


class RefundLineSerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=64)
    quantity = QuantityField(default=1)


class NewRefundSerializer(serializers.Serializer):
    """An `amount`, or `lines` of the order and its `delivery` cost; without all three what is left goes back.

    Only pieces that have left: what has not is taken out of the order instead (409 `not_sent`).
    """

    amount = MoneyNumber(required=False)
    lines = RefundLineSerializer(many=True, required=False, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    delivery = serializers.BooleanField(required=False, default=False)
    restock = serializers.BooleanField(
        required=False, default=False, help_text="The pieces of `lines` go back into stock."
    )
    reason = serializers.CharField(max_length=200)


class RefundedSerializer(serializers.Serializer):
    """`credit_note` is the number of the one that was issued, null while the bank has not answered."""

    message = serializers.CharField()
    payment_id = serializers.IntegerField()
    refund = RefundSerializer()
    credit_note = serializers.CharField(allow_null=True)


class RefundReturnSerializer(serializers.Serializer):
    """Without `amount` all that the goods are worth goes back; less needs a `reason`.

    Without `refund_shipping` the delivery cost goes back with the last of the order.
    """

    amount = MoneyNumber(required=False)
    refund_shipping = serializers.BooleanField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class PaymentFilterSerializer(serializers.Serializer):
    """What a list of payments may be narrowed to."""

    order_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    payment_state = LabelField(choices=Payment.Status, required=False)
