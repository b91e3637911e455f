"""What listings show, and creating, changing and deleting products."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product, StoreSettings, Variant
from catalog.services import inventory, products
from catalog.services.editing import DuplicateSku, VariantData, create_product, update_product
from catalog.services.search import search
from catalog.tests.factories import (
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    ProductImageFactory,
    StoreFactory,
    VariantFactory,
)
from catalog.tests.searching import searching
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import BadInput

pytestmark = pytest.mark.django_db


def make(**more):
    fields = {"name": "Field backpack", "store": StoreFactory(), "category": CategoryFactory()}
    variants = more.pop("variants", [VariantData(sku="BAG-1", price=Decimal("64.00"), stock=3)])
    return create_product(fields=fields | more, variants=variants)


def test_a_card_shows_the_cheapest_variant_with_its_own_old_price():
    product = ProductFactory(variants=False)
    VariantFactory(product=product, price="30.00", compare_at="45.00", stock=1)
    VariantFactory(product=product, price="20.00", compare_at=None, stock=2)
    product.refresh_from_db()
    assert (product.price_min, product.price_max, product.compare_at) == (20, 30, None)
    assert (product.available, product.stock_state) == (3, "low")


def test_promised_units_and_hidden_variants_are_not_available():
    product = ProductFactory(stock=4)
    hidden = VariantFactory(product=product, stock=9, price="1.00")
    hidden.is_suspended = True
    hidden.save()
    inventory.reserve(quantities={product.variants.first().pk: 3}, reference="order:1")
    products.refresh_listing(product.pk)
    product.refresh_from_db()
    assert (product.available, product.price_min) == (1, 20)


def test_without_variants_or_stock_it_is_sold_out():
    product = ProductFactory(stock=0)
    assert product.stock_state == Product.StockState.SOLD_OUT
    product.variants.all().delete()
    products.refresh_listing(product.pk)
    product.refresh_from_db()
    assert (product.price_min, product.available) == (0, 0)


def test_the_first_picture_that_is_made_is_shown():
    product = ProductFactory()
    ProductImageFactory(product=product, stem="", position=0, alt="Being made")
    ProductImageFactory(product=product, stem="products/b", position=2, alt="Second")
    ProductImageFactory(product=product, stem="products/a", position=1, alt="First")
    products.refresh_listing(product.pk)
    product.refresh_from_db()
    assert (product.image, product.image_alt) == ("products/a", "First")


def test_refreshing_takes_the_same_number_of_queries_for_any_number():
    few = [ProductFactory().pk for _ in range(2)]
    many = [ProductFactory().pk for _ in range(12)]
    StoreSettings.current()
    for ids in (few, many):
        with CaptureQueriesContext(connection) as queries:
            products.refresh_listing(*ids)
        assert len(queries) == 1


def test_another_low_stock_number_counts_at_once():
    product = ProductFactory(stock=8)
    assert product.stock_state == "in_stock"
    settings = StoreSettings.current()
    settings.low_stock_at = 10
    settings.save()
    products.refresh_stock_states()
    product.refresh_from_db()
    assert product.stock_state == "low"


def test_a_variant_that_starts_today_is_noticed_by_the_sweep():
    now = timezone.now()
    product = ProductFactory(price="20.00")
    VariantFactory(product=product, price="10.00", active_from=now + timedelta(minutes=5))
    assert product.price_min == 20
    Variant.objects.filter(price="10.00").update(active_from=now - timedelta(minutes=5))
    assert products.refresh_scheduled(now=now) == 1
    product.refresh_from_db()
    assert product.price_min == 10


def test_deleting_frees_its_skus_and_its_address():
    actor = UserFactory(email="staff@alcove.example", is_staff=True)
    product = make()
    products.delete_product(product=product, actor=actor)
    products.delete_product(product=product, actor=actor)
    again = make(store=product.store, category=product.category)
    assert again.slug == product.slug
    gone = Product.all_objects.get(pk=product.pk)
    assert gone.is_deleted
    assert gone.modified_by == actor
    assert not Product.objects.published().filter(pk=product.pk).exists()


@searching()
def test_creating_makes_slug_variants_stock_and_search():
    product = make(
        status="published",
        variants=[
            VariantData(
                sku="B-R", price=Decimal("64"), attributes={"Colour": "Raspberry", "size": "M"}, stock=2
            ),
            VariantData(sku="B-F", price=Decimal("60"), attributes={"Colour": "Forest", "size": "L"}),
        ],
    )
    assert product.slug == "field-backpack"
    assert [variant.name for variant in product.variants.all()] == ["Raspberry, M", "Forest, L"]
    assert (product.price_min, product.available) == (60, 2)
    assert search("raspberry").product_ids == [product.pk]
    assert make(variants=[VariantData(sku="X", price=Decimal(1))]).slug == "field-backpack-2"


def test_a_taken_sku_is_a_conflict_and_nothing_is_written():
    make()
    with pytest.raises(DuplicateSku) as caught:
        make(name="Another")
    assert (caught.value.code, caught.value.http_status, caught.value.data) == (
        "duplicate_sku",
        409,
        {"sku": "BAG-1"},
    )
    assert not Product.objects.filter(name="Another").exists()


@pytest.mark.parametrize(
    "variants",
    [
        [],
        [VariantData(sku="A")],
        [VariantData(sku="A", price=Decimal("-1"))],
        [VariantData(sku="A", price=Decimal(9), compare_at=Decimal(8))],
        [VariantData(sku="A", price=Decimal(9)), VariantData(sku="A", price=Decimal(8))],
        [VariantData(sku="A", price=Decimal(9), attributes={"": "x"})],
        [VariantData(sku="", price=Decimal(9))],
    ],
)
def test_what_can_never_be_right_is_refused(variants):
    with pytest.raises(BadInput):
        make(variants=variants)
    assert not Product.objects.exists()


def test_updating_changes_variants_by_sku_and_replaces_them_when_asked():
    product = make()
    update_product(
        product=product, fields={"summary": "New"}, variants=[VariantData(sku="BAG-2", price=Decimal(9))]
    )
    assert product.variants.count() == 2
    assert product.price_min == 9
    product = update_product(
        product=product,
        fields={},
        variants=[VariantData(sku="BAG-1", price=Decimal(70), stock=8)],
        replace_variants=True,
    )
    assert [(row.sku, row.price) for row in product.variants.all()] == [("BAG-1", 70)]
    assert (product.available, product.summary) == (8, "New")


def test_a_name_follows_the_attribute_values_only_when_nobody_wrote_one():
    product = ProductFactory()
    variant = VariantFactory(product=product, name="Special", values=[AttributeValueFactory(value="Red")])
    update_product(product=product, fields={})
    variant.refresh_from_db()
    assert variant.name == "Special"
