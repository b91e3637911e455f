"""The demo's shelves: whatever the services promise of products and stock holds for them."""

from collections import defaultdict

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, F, Q, Sum

from catalog.models import (
    Category,
    Hold,
    Product,
    ProductImage,
    SearchEntry,
    SearchTerm,
    StockItem,
    StockMovement,
    StoreSettings,
    Variant,
)
from catalog.services.products import refresh_listing
from catalog.services.search import search
from catalog.services.search_index import reindex
from demo.catalogue import load as load_catalogue
from orders.models import Order, TaxRate

# One worker, so that the demo is loaded once.
pytestmark = [pytest.mark.usefixtures("demo_shop")]
LISTING = ("pk", "price_min", "price_max", "compare_at", "available", "stock_state", "image", "image_alt")


def test_every_product_is_there_with_pictures_variants_and_stock():
    assert Product.objects.published().count() == len(load_catalogue().products) >= 60
    assert not Product.objects.filter(Q(variants=None) | Q(images=None)).exists()
    assert not Variant.objects.filter(Q(stock_items=None) | Q(image=None)).exists()
    assert not Variant.objects.exclude(image__product=F("product")).exists()


def test_every_picture_is_in_the_storage():
    stems = ProductImage.objects.values_list("stem", flat=True)
    missing = [
        name
        for stem in stems
        for width in (320, 640, 960)
        for suffix in ("avif", "webp")
        if not default_storage.exists(name := f"{stem}-{width}.{suffix}")
    ]
    assert missing == []


def test_what_listings_show_is_what_the_service_would_write():
    before = list(Product.objects.order_by("pk").values_list(*LISTING))
    refresh_listing(*(row[0] for row in before))
    assert list(Product.objects.order_by("pk").values_list(*LISTING)) == before


def test_some_things_are_low_and_some_sold_out():
    states = set(Product.objects.values_list("stock_state", flat=True))
    assert states == set(Product.StockState.values)


def test_the_category_tree_has_two_levels_and_products_on_its_leaves():
    assert Category.objects.filter(parent=None).count() >= 6
    assert Category.objects.count() >= 8
    assert not Product.objects.filter(category__parent=None).exists()


def test_the_seller_of_the_settings_is_a_store_of_the_demo():
    assert StoreSettings.objects.get(pk=1).seller.slug == load_catalogue().stores[0].slug


def test_movements_add_up_to_what_is_on_hand():
    running: dict[int, int] = defaultdict(int)
    moments: dict[int, list] = defaultdict(list)
    for move in StockMovement.objects.order_by("pk"):
        running[move.item_id] += move.change
        assert move.on_hand_after == running[move.item_id]
        moments[move.item_id].append(move.created_at)
    assert all(times == sorted(times) for times in moments.values())
    assert all(running[item.pk] == item.on_hand for item in StockItem.objects.all())


def test_what_is_held_is_what_open_orders_hold():
    active = Q(holds__state=Hold.State.ACTIVE)
    items = StockItem.objects.annotate(promised=Sum("holds__quantity", filter=active, default=0))
    assert not items.exclude(held=F("promised")).exists()
    assert StockItem.objects.filter(held__gt=0).exists()
    open_orders = Order.objects.filter(status__in=["pending", "processing"])
    references = {order.stock_reference for order in open_orders}
    holds = Hold.objects.filter(state=Hold.State.ACTIVE)
    assert set(holds.values_list("reference", flat=True)) == references


def test_search_knows_the_demo_as_it_would_index_it_itself():
    entries = list(SearchEntry.objects.order_by("pk").values_list("pk", "title", "body"))
    terms = dict(SearchTerm.objects.values_list("word", "count"))
    for _ in reindex():
        pass
    assert list(SearchEntry.objects.order_by("pk").values_list("pk", "title", "body")) == entries
    assert dict(SearchTerm.objects.values_list("word", "count")) == terms
    first = Product.objects.get(slug=load_catalogue().products[0].key)
    assert first.pk in search(first.name).product_ids


def test_each_country_has_one_rate_for_each_tax_class_today():
    today = TaxRate.objects.filter(valid_from__lte="2026-11-23", valid_until=None, region="")
    rows = today.values("country").annotate(classes=Count("tax_class", distinct=True), rates=Count("pk"))
    assert set(settings.SHOP_COUNTRIES) <= {row["country"] for row in rows}
    assert all(row["classes"] == row["rates"] for row in rows)
    german = dict(today.filter(country="DE").values_list("tax_class", "rate"))
    assert german == {"standard": 19, "reduced": 7}
