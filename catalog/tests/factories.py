"""Valid catalogue rows for tests: `ProductFactory(stock=5, price="20.00")` can be bought."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalog.models import Attribute, AttributeValue, Category, Product, ProductImage, Store, Variant
from catalog.services import inventory, products, search


class StoreFactory(DjangoModelFactory):
    class Meta:
        model = Store

    name = factory.Sequence(lambda n: f"Store {n}")
    slug = factory.Sequence(lambda n: f"store-{n}")
    email = "store@alcove.example"
    line1 = "Torstraße 1"
    postal_code = "10119"
    city = "Berlin"
    country = "DE"


class CategoryFactory(DjangoModelFactory):
    """A top-level category; `parent=other` puts it under another one."""

    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class AttributeFactory(DjangoModelFactory):
    class Meta:
        model = Attribute
        django_get_or_create = ("code",)

    code = "colour"
    name = factory.LazyAttribute(lambda made: made.code.capitalize())


class AttributeValueFactory(DjangoModelFactory):
    """`AttributeValueFactory(attribute__code="size", value="M")`; the same value is made once."""

    class Meta:
        model = AttributeValue
        django_get_or_create = ("attribute", "value", "swatch")

    attribute = factory.SubFactory(AttributeFactory)
    value = "Raspberry"
    swatch = ""


class ProductFactory(DjangoModelFactory):
    """A published product with one variant in stock. `price`, `stock`, `sku` and `compare_at`
    go to that variant; `variants=False` makes none."""

    class Meta:
        model = Product
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Product {n}")
    slug = factory.Sequence(lambda n: f"product-{n}")
    status = Product.Status.PUBLISHED
    store = factory.SubFactory(StoreFactory)
    category = factory.SubFactory(CategoryFactory)
    summary = "Made for tests"
    description = "It does what it should."

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Product:
        wanted = {
            name: params.pop(name) for name in ("price", "compare_at", "stock", "sku") if name in params
        }
        with_variant = params.pop("variants", True)
        made = super()._generate(strategy, params)
        if strategy == factory.CREATE_STRATEGY:
            if with_variant:
                VariantFactory(product=made, **wanted)
            search.index_products([made.pk])
        return made


class VariantFactory(DjangoModelFactory):
    """A variant with `stock` units on hand; `values=[…]` are its AttributeValues."""

    class Meta:
        model = Variant
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory, variants=False)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    price = Decimal("20.00")
    weight_grams = 500
    position = factory.Sequence(int)

    @factory.post_generation
    def values(self: Variant, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            self.values.set(extracted)
            if not self.name:
                self.name = ", ".join(value.value for value in extracted)
                self.save(update_fields=["name"])

    @factory.post_generation
    def stock(self: Variant, create: bool, extracted: int | None, **kwargs: Any) -> None:
        if not create:
            return
        units = 5 if extracted is None else extracted
        if units:
            inventory.set_on_hand(variant=self, on_hand=units, reason="Opening stock")
        products.refresh_listing(self.product_id)
        self.product.refresh_from_db()


class ProductImageFactory(DjangoModelFactory):
    """A picture whose renditions are taken as made: its `stem` is set."""

    class Meta:
        model = ProductImage

    product = factory.SubFactory(ProductFactory)
    stem = factory.Sequence(lambda n: f"products/test-{n}")
    alt = "A test product, seen from the front"
    position = factory.Sequence(int)
