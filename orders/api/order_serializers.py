"""The shapes of orders on the wire."""

from rest_framework import serializers

from ecommerce.lib.api_fields import LabelField, MoneyNumber
from orders.api.discount_serializers import DiscountShareSerializer
from orders.api.fields import AddressField, AddressSerializer, AddressTextField
from orders.models import Order


class OrderItemSerializer(serializers.Serializer):
    """A line as it was when the order was placed; `price` is for one, `total` for the line."""

    id = serializers.IntegerField(source="pk")
    product_id = serializers.IntegerField()
    sku = serializers.CharField()
    product_name = serializers.CharField(source="name")
    variant_name = serializers.CharField()
    quantity = serializers.IntegerField()
    quantity_shipped = serializers.IntegerField()
    quantity_returned = serializers.IntegerField()
    price = MoneyNumber(source="unit_price")
    subtotal = MoneyNumber()
    discount = MoneyNumber()
    tax_rate = serializers.DecimalField(max_digits=5, decimal_places=2)
    tax = MoneyNumber()
    total = MoneyNumber()


class ShipmentItemSerializer(serializers.Serializer):
    """How many of an order line are in a parcel."""

    sku = serializers.CharField(source="line.sku")
    product_name = serializers.CharField(source="line.full_name")
    quantity = serializers.IntegerField()


class ShipmentSerializer(serializers.Serializer):
    carrier = serializers.CharField()
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)
    shipped_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    items = ShipmentItemSerializer(many=True, source="lines")


class OrderEventSerializer(serializers.Serializer):
    kind = serializers.CharField()
    message = serializers.CharField()
    created_at = serializers.DateTimeField()


class OrderBriefSerializer(serializers.Serializer):
    """An order in a customer's list."""

    order_id = serializers.IntegerField(source="pk")
    order_number = serializers.CharField(source="number")
    shipping_address = AddressTextField(source="delivery_address")
    order_status = LabelField(choices=Order.Status, source="status")
    total_price = MoneyNumber(source="total")
    currency = serializers.CharField()
    created_at = serializers.DateTimeField(source="placed_at")


class OrderSummarySerializer(OrderBriefSerializer):
    """An order with its lines and its money. `customer_id` is null for a guest's."""

    customer_id = serializers.UUIDField(source="customer.customer_id", allow_null=True)
    email = serializers.EmailField()
    name = serializers.CharField()
    payment_status = LabelField(choices=Order.PaymentStatus)
    fulfilment_status = LabelField(choices=Order.FulfilmentStatus)
    payment_method = serializers.CharField(source="payment_label")
    shipping_method = serializers.CharField(source="shipping_name")
    promised_from = serializers.DateField(allow_null=True)
    promised_until = serializers.DateField(allow_null=True)
    items = OrderItemSerializer(many=True, source="lines")
    subtotal = MoneyNumber()
    shipping_total = MoneyNumber()
    discount_total = MoneyNumber()
    discounts = DiscountShareSerializer(many=True, source="applied_discounts")
    tax_total = MoneyNumber()
    amount_paid = MoneyNumber(help_text="Received, less what was sent back.")
    amount_due = MoneyNumber(help_text="Still to pay.")
    prices_include_tax = serializers.BooleanField()
    reverse_charge = serializers.BooleanField()
    vat_number = serializers.CharField(allow_blank=True)
    updated_at = serializers.DateTimeField(source="modified_at")


class OrderSerializer(OrderSummarySerializer):
    """Everything about an order that its customer may see."""

    delivery_address = AddressSerializer()
    billing_address = AddressSerializer(source="invoice_address")
    collect_at = AddressSerializer(source="pickup_address", allow_null=True)
    note = serializers.CharField(allow_blank=True)
    can_be_changed = serializers.BooleanField(
        source="can_be_changed_by_shopper", help_text="Cancelled, or sent to another address."
    )
    picking_at = serializers.DateTimeField(allow_null=True, help_text="Since then it is being packed.")
    expires_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    shipments = ShipmentSerializer(many=True)
    events = OrderEventSerializer(many=True, source="public_events")


class OrderChangeSerializer(serializers.Serializer):
    """What the shopper may change: where it goes, until it is picked."""

    shipping_address = AddressField()


class PickingSerializer(serializers.Serializer):
    picking = serializers.BooleanField(help_text="false puts it back to those that wait.")


class CustomerOrdersSerializer(serializers.Serializer):
    """A page of a customer's orders, the newest first."""

    orders = OrderBriefSerializer(many=True)
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class OrderFilterSerializer(serializers.Serializer):
    """What a list of orders may be narrowed to."""

    status = LabelField(choices=Order.Status, required=False)
    payment_status = LabelField(choices=Order.PaymentStatus, required=False)
    email = serializers.EmailField(required=False)
    number = serializers.RegexField(
        r"^[0-9A-Za-z]{1,12}$",
        required=False,
        error_messages={"invalid": "An order number has up to 12 letters and digits."},
    )
    customer_id = serializers.UUIDField(required=False)
    ordering = serializers.ChoiceField(
        choices=["created_at", "-created_at", "total_price", "-total_price"], required=False
    )
