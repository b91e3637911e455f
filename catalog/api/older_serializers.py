"""The shapes of `/crudproducts`. A `source` is the name that the product API has for the same thing."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Category
from ecommerce.lib.api_fields import MoneyNumber

_MOST = 10_000_000


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 120}]})
class CategoryField(serializers.Field):
    """A category by its id or its slug."""

    def to_internal_value(self, data: object) -> Category:
        given: str = serializers.CharField(max_length=120).run_validation(data)
        categories = Category.objects.without_tree_fields()
        found = categories.filter(slug=given).first()
        if found is None and given.isascii() and given.isdigit() and len(given) <= 18:
            found = categories.filter(pk=given).first()
        if found is None:
            raise serializers.ValidationError("There is no such category.")
        return found


class CrudProductSerializer(serializers.Serializer):
    """A new product. Without a `category` it goes into "Other", without a `sku` one is made."""

    name = serializers.CharField(max_length=160, source="product_name")
    price = MoneyNumber(min_value=Decimal(0))
    quantity = serializers.IntegerField(min_value=0, max_value=_MOST, source="stock_quantity")
    category = CategoryField(required=False, source="category_id")
    sku = serializers.CharField(max_length=64, required=False)


class CrudProductIdSerializer(serializers.Serializer):
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class CrudProductChangeSerializer(CrudProductIdSerializer):
    """What is to change; the rest stays. `sku` says which of several variants."""

    name = serializers.CharField(max_length=160, required=False, source="product_name")
    price = MoneyNumber(min_value=Decimal(0), required=False)
    quantity = serializers.IntegerField(min_value=0, max_value=_MOST, required=False, source="stock_quantity")
    sku = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


class CrudProductAnswerSerializer(serializers.Serializer):
    """What was done, and the product as it is now.

    `quantity` is how many can be sold; of several variants it is their sum, and `price` that of the
    cheapest, unless a `sku` was named.
    """

    message = serializers.CharField()
    id = serializers.IntegerField()
    name = serializers.CharField()
    price = MoneyNumber()
    quantity = serializers.IntegerField()
