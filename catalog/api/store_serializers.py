"""The shapes of stores on the wire."""

from typing import Any

from rest_framework import serializers

from catalog.models import Store

STAFF_ONLY = ("owner_id", "invoice_prefix", "comments", "is_suspended")
_PRIVATE = ("invoice_prefix", "comments", "is_suspended")


class StoreSerializer(serializers.ModelSerializer):
    """A seller with contact and address; the last three fields are told to staff alone.

    `product_count` counts what shoppers see of it.
    """

    country = serializers.CharField()
    owner_id = serializers.UUIDField(source="owner.customer_id", default=None, allow_null=True)
    product_count = serializers.IntegerField()
    invoice_prefix = serializers.CharField(required=False)
    comments = serializers.CharField(required=False)
    is_suspended = serializers.BooleanField(required=False)

    class Meta:
        model = Store
        fields = [
            "id", "name", "slug", "description", "email", "phone", "line1", "postal_code", "city",
            "country", "vat_number", "owner_id", "product_count", *_PRIVATE,
        ]  # fmt: skip

    def to_representation(self, store: Store) -> dict[str, Any]:
        told = super().to_representation(store)
        hidden = () if self.context["is_staff"] else _PRIVATE
        return {name: value for name, value in told.items() if name not in hidden}


class StoreInputSerializer(serializers.Serializer):
    """A store as it comes in; what is left out stays as it is."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.RegexField(
        r"^\+?[0-9 ()/.-]+$",
        max_length=32,
        required=False,
        allow_blank=True,
        error_messages={"invalid": "Enter a phone number, such as +49 30 5550 0142."},
    )
    line1 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    country = serializers.RegexField(
        r"^[A-Z]{2}$",
        required=False,
        help_text="ISO 3166-1, such as DE.",
        error_messages={"invalid": "Enter the two capital letters of a country, such as DE."},
    )
    vat_number = serializers.CharField(max_length=32, required=False, allow_blank=True)
    owner_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="The `customer_id` of whom it belongs to; staff only."
    )
    invoice_prefix = serializers.CharField(
        max_length=8, required=False, allow_blank=True, help_text="Staff only."
    )
    comments = serializers.CharField(
        max_length=20_000, required=False, allow_blank=True, help_text="Staff only."
    )
    is_suspended = serializers.BooleanField(required=False, help_text="Hidden from shoppers. Staff only.")
