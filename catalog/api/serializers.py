"""The shapes of products and categories on the wire. They check shape only; services decide."""

from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Category, Product, ProductImage, Store, Variant
from catalog.structured import absolute
from ecommerce.lib.api_fields import LabelField, MoneyNumber


class CategorySerializer(serializers.ModelSerializer):
    """A category; `product_count` counts what shoppers see in it and below it."""

    parent_category_id = serializers.PrimaryKeyRelatedField(
        source="parent",
        queryset=Category.objects.without_tree_fields(),
        pk_field=serializers.IntegerField(),
        allow_null=True,
        required=False,
    )
    store = serializers.PrimaryKeyRelatedField(
        queryset=Store.objects.all(), pk_field=serializers.IntegerField(), allow_null=True, required=False
    )
    product_count = serializers.SerializerMethodField()

    class Meta:
        model = Category
        fields = [
            "id", "name", "slug", "description", "parent_category_id", "store", "hue", "position",
            "product_count",
        ]  # fmt: skip
        read_only_fields = ["slug"]
        # The service answers a taken name with 409.
        validators: list[Any] = []

    def get_product_count(self, category: Category) -> int:
        return self.context["counts"].get(category.pk, 0)


class CategoryTreeSerializer(CategorySerializer):
    """The same with `children` inside."""

    children = serializers.SerializerMethodField()

    class Meta(CategorySerializer.Meta):
        fields = [*CategorySerializer.Meta.fields, "children"]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_children(self, category: Category) -> list[dict[str, Any]]:
        below = self.context["tree"].children(category)
        return list(CategoryTreeSerializer(below, many=True, context=self.context).data)


class ProductImageSerializer(serializers.ModelSerializer):
    url = serializers.SerializerMethodField()

    class Meta:
        model = ProductImage
        fields = ["url", "alt", "position"]

    def get_url(self, image: ProductImage) -> str:
        return picture_url(image.stem)


class VariantSerializer(serializers.ModelSerializer):
    price = MoneyNumber()
    compare_at = MoneyNumber(allow_null=True)
    attributes = serializers.SerializerMethodField()
    stock_quantity = serializers.IntegerField(source="free", help_text="What can be bought now.")

    class Meta:
        model = Variant
        fields = ["sku", "name", "price", "compare_at", "weight_grams", "attributes", "stock_quantity"]

    def get_attributes(self, variant: Variant) -> dict[str, str]:
        return {value.attribute.code: value.value for value in variant.values.all()}


class ProductSummarySerializer(serializers.ModelSerializer):
    """A product in a list. `category` is the top category, `subcategory` the one below it."""

    product_id = serializers.IntegerField(source="pk", read_only=True)
    product_name = serializers.CharField(source="name")
    category = serializers.SerializerMethodField()
    subcategory = serializers.SerializerMethodField()
    store = serializers.CharField(source="store.name")
    price = MoneyNumber(source="price_min", help_text="Of the cheapest variant.")
    compare_at = MoneyNumber(allow_null=True)
    stock_quantity = serializers.IntegerField(source="available")
    image_url = serializers.SerializerMethodField()
    rating = serializers.FloatField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = [
            "product_id", "product_name", "slug", "summary", "category", "category_id", "subcategory",
            "store", "store_id", "price", "compare_at", "stock_quantity", "image_url", "rating",
            "review_count", "url",
        ]  # fmt: skip

    def get_category(self, product: Product) -> str:
        return (product.category.parent or product.category).name

    def get_subcategory(self, product: Product) -> str | None:
        return product.category.name if product.category.parent_id else None

    def get_image_url(self, product: Product) -> str | None:
        return picture_url(product.image) or None

    def get_url(self, product: Product) -> str:
        return absolute(product.get_absolute_url())


class ProductSerializer(ProductSummarySerializer):
    """A product with everything. `sku` is that of its first variant."""

    status = LabelField(choices=Product.Status)
    sku = serializers.SerializerMethodField()
    images = ProductImageSerializer(many=True, source="listed_images")
    variants = VariantSerializer(many=True, source="listed_variants")

    class Meta(ProductSummarySerializer.Meta):
        fields = [
            *ProductSummarySerializer.Meta.fields,
            "sku", "description", "details", "tax_class", "status", "images", "variants",
        ]  # fmt: skip

    def get_sku(self, product: Product) -> str | None:
        variants = product.listed_variants  # type: ignore[attr-defined]
        return variants[0].sku if variants else None


class AttributesField(serializers.DictField):
    """Names and values; names are texts like any other."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        return {serializers.CharField(max_length=60).run_validation(name): values[name] for name in values}


class NewVariantSerializer(serializers.Serializer):
    """A variant as it comes in; it is known by its SKU."""

    sku = serializers.CharField(max_length=64)
    price = MoneyNumber(min_value=Decimal(0), required=False)
    compare_at = MoneyNumber(min_value=Decimal(0), required=False, allow_null=True)
    weight_grams = serializers.IntegerField(min_value=0, max_value=2_000_000, required=False)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    attributes = AttributesField(
        child=serializers.CharField(max_length=60), required=False, help_text='{"colour": "Raspberry"}'
    )
    stock_quantity = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False)


class ProductInputSerializer(NewVariantSerializer):
    """A product as it comes in. One with a single variant may give that variant's fields
    (`sku`, `price`, `stock_quantity` …) beside its own; others list `variants`."""

    sku = serializers.CharField(max_length=64, required=False)
    name = None  # type: ignore[assignment]
    product_name = serializers.CharField(max_length=160)
    category_id = serializers.PrimaryKeyRelatedField(
        queryset=Category.objects.without_tree_fields(), pk_field=serializers.IntegerField()
    )
    store_id = serializers.PrimaryKeyRelatedField(
        queryset=Store.objects.all(), pk_field=serializers.IntegerField(), required=False
    )
    summary = serializers.CharField(max_length=120, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    details = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(max_length=300), min_length=2, max_length=2),
        required=False,
        max_length=50,
    )
    tax_class = serializers.ChoiceField(choices=Product.TaxClass.choices, required=False)
    status = LabelField(choices=Product.Status, required=False)
    rank = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    variants = NewVariantSerializer(many=True, required=False, max_length=200)  # type: ignore[call-arg]


class DeletedSerializer(serializers.Serializer):
    """That it is gone, in words."""

    message = serializers.CharField()


class AvailabilitySerializer(serializers.Serializer):
    """`on_hand` and `held` are told to staff alone."""

    product_id = serializers.IntegerField()
    available = serializers.IntegerField()
    backorder = serializers.IntegerField(help_text="How many more can be ordered before they have come.")
    on_hand = serializers.IntegerField(required=False)
    held = serializers.IntegerField(required=False)


class ProductSearchSerializer(serializers.Serializer):
    """A page of results, the best first."""

    count = serializers.IntegerField()
    next: Any = serializers.URLField(allow_null=True)
    previous: Any = serializers.URLField(allow_null=True)
    did_you_mean = serializers.CharField(allow_null=True)
    results = ProductSummarySerializer(many=True)


def picture_url(stem: str) -> str:
    """The full address of a picture, "" without one."""
    return absolute(default_storage.url(f"{stem}-960.webp")) if stem else ""
