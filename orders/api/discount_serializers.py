"""The shapes of discounts on the wire, with the names older coupon systems have for their terms."""

from typing import Any

from rest_framework import serializers

from ecommerce.lib.api_fields import MoneyNumber
from orders.models import CartCoupon, Discount


class LineDiscountSerializer(serializers.Serializer):
    """What one discount took off a line."""

    name = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    amount = MoneyNumber()


class TermsSerializer(serializers.Serializer):
    """A discount's terms. `multiplier` 0.8 is 20 per cent off, `upto` its cap, `flatoff` an amount.

    Each is null where the kind of discount has none.
    """

    kind = serializers.ChoiceField(choices=Discount.Kind.choices, allow_blank=True)
    multiplier = serializers.SerializerMethodField()
    upto = MoneyNumber(source="cap", allow_null=True)
    flatoff = serializers.SerializerMethodField()

    def get_multiplier(self, row: Any) -> float | None:
        terms = self._terms(row)
        return float(1 - terms.percent / 100) if terms.kind == Discount.Kind.PERCENT else None

    def get_flatoff(self, row: Any) -> float | None:
        terms = self._terms(row)
        return float(terms.flat) if terms.kind == Discount.Kind.AMOUNT else None

    def _terms(self, row: Any) -> Any:
        return row


class DiscountShareSerializer(TermsSerializer):
    """A discount that applies: what it takes off the goods and off delivery together."""

    name = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    amount = MoneyNumber()
    goods = MoneyNumber(help_text="Off the goods.")
    shipping = MoneyNumber(help_text="Off delivery.")


class CouponSerializer(TermsSerializer):
    """A code in the cart; `problems` says why when it takes nothing off."""

    code = serializers.CharField(source="typed")
    name = serializers.CharField(source="discount.name")
    kind = serializers.ChoiceField(choices=Discount.Kind.choices, source="discount.kind")
    upto = MoneyNumber(source="discount.cap", allow_null=True)

    def _terms(self, row: CartCoupon) -> Any:
        return row.discount
