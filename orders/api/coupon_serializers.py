"""The shapes of coupons that programs set up, with the names older coupon systems have for terms."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from ecommerce.lib.api_fields import MoneyNumber
from orders.coupon_terms import terms_of
from orders.models import Discount
from orders.services.discounts import has_more_terms

_MOST_USES = 2**31 - 1


class CouponInputSerializer(serializers.Serializer):
    """`multiplier` 0.8 is 20 per cent off, `upto` its cap, `flatoff` an amount off.

    0 means "none of it", and so does a multiplier of 1. Send a multiplier or a flatoff; neither
    of them with the kind `free_shipping`. Everything off is multiplier 0 with the kind `percent`.
    """

    code = serializers.CharField(max_length=40, help_text="Capitals and spaces do not matter.")
    name = serializers.CharField(max_length=80, help_text="Shoppers read this beside the amount.")
    kind = serializers.ChoiceField(
        choices=Discount.Kind.choices, required=False, help_text="Left out: as the terms say."
    )
    multiplier = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=Decimal(0), max_value=Decimal(1), default=Decimal(1)
    )
    upto = MoneyNumber(min_value=Decimal(0), default=Decimal(0), help_text="At most so much of an order.")
    flatoff = MoneyNumber(min_value=Decimal(0), default=Decimal(0))
    minimum_spend = MoneyNumber(min_value=Decimal(0), default=Decimal(0))
    active_from = serializers.DateTimeField(allow_null=True, default=None)
    active_until = serializers.DateTimeField(allow_null=True, default=None)
    max_uses = serializers.IntegerField(min_value=1, max_value=_MOST_USES, allow_null=True, default=None)
    max_uses_per_customer = serializers.IntegerField(
        min_value=1, max_value=_MOST_USES, allow_null=True, default=None
    )
    is_suspended = serializers.BooleanField(default=False)


class ShopCouponSerializer(serializers.Serializer):
    """A coupon. One that `has_more_terms` than are shown here can only be suspended here."""

    id = serializers.IntegerField(source="pk")
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Discount.Kind.choices)
    multiplier = serializers.SerializerMethodField()
    upto = MoneyNumber()
    flatoff = MoneyNumber()
    minimum_spend = MoneyNumber()
    active_from = serializers.DateTimeField(allow_null=True)
    active_until = serializers.DateTimeField(allow_null=True)
    max_uses = serializers.IntegerField(allow_null=True)
    max_uses_per_customer = serializers.IntegerField(allow_null=True)
    uses = serializers.IntegerField()
    is_suspended = serializers.BooleanField()
    has_more_terms = serializers.SerializerMethodField()

    def to_representation(self, discount: Any) -> dict[str, Any]:
        terms = terms_of(discount)
        discount.upto, discount.flatoff = terms["upto"], terms["flatoff"]
        return super().to_representation(discount)

    def get_multiplier(self, discount: Any) -> float:
        return float(terms_of(discount)["multiplier"])

    def get_has_more_terms(self, discount: Any) -> bool:
        return has_more_terms(discount)


class CouponFilterSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=60, required=False, help_text="The one with this code.")


class CouponDeletedSerializer(serializers.Serializer):
    message = serializers.CharField()
