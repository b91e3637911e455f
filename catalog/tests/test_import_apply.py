"""Test 46, imports of products: what is shown is what is written, whole or not at all, and back again."""

from decimal import Decimal

import pytest

from catalog.models import Product, ProductImport, StockMovement, Variant
from catalog.services import inventory
from catalog.services.importing import applying, checking, progress
from catalog.services.importing.checking import OVERTAKEN
from catalog.services.search import search
from catalog.tests.factories import (
    AttributeFactory,
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    VariantFactory,
)
from catalog.tests.importing import changes_of, imported, upload
from catalog.tests.searching import searching
from customers.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    return ProductFactory(name="Mug", slug="mug", sku="MUG", price="12.00", stock=5).variants.get()


def test_the_dry_run_changes_nothing_and_shows_old_and_new(commit, mug):
    row = imported(commit, "sku,price,stock,weight_grams\nMUG,13.5,9,500\n")
    assert (row.state, row.changed_count, row.new_count, row.unchanged_count) == ("ready", 1, 0, 0)
    assert changes_of(row) == {"MUG": {"price": ["12.00", "13.50"], "stock": ["5", "9"]}}
    mug.refresh_from_db()
    assert mug.price == 12 and mug.stock_items.get().on_hand == 5


def test_what_is_applied_is_what_was_shown(commit, mug):
    owner = StaffFactory()
    row = imported(commit, "sku,price,stock\nMUG,13.5,9\n", actor=owner)
    with commit():
        progress.apply(product_import=row, actor=owner)
    row.refresh_from_db()
    mug.refresh_from_db()
    assert row.state == "applied" and (mug.price, mug.modified_by) == (Decimal("13.5"), owner)
    movement = StockMovement.objects.first()
    assert (movement.change, movement.on_hand_after, movement.actor) == (4, 9, owner)
    assert str(row) in movement.reason
    assert Product.objects.get().price_min == Decimal("13.5") and Product.objects.get().available == 9


@searching()
def test_new_products_with_variants_are_made_listed_and_found(commit, mug):
    CategoryFactory(name="Desks", slug="desks", parent=CategoryFactory(name="Rooms", slug="rooms"))
    AttributeFactory(code="colour")
    text = (
        "sku;product;category;price;published;stock;attr_colour;description\n"
        'OAK-1;Oak desk;Rooms > Desks;199.00;yes;3;Oak;"Solid;\nand heavy"\n'
        "OAK-2;Oak desk;;189.00;;0;Black;\n"
        "MUG-2;mug;;9.00;;;Red;\n"
    )
    row = imported(commit, text, apply=True)
    assert (row.state, row.new_count) == ("applied", 3)
    desk = Product.objects.get(slug="oak-desk")
    assert (desk.name, desk.description, desk.status) == ("Oak desk", "Solid;\nand heavy", "published")
    assert (desk.price_min, desk.price_max, desk.available) == (189, 199, 3)
    assert [variant.name for variant in desk.variants.all()] == ["Oak", "Black"]
    assert search("oak desk heavy").product_ids == [desk.pk]
    assert mug.product.variants.count() == 2


def test_a_catalogue_that_changed_since_is_left_alone_and_shown_anew(commit, mug):
    row = imported(commit, "sku,price,stock\nMUG,13.5,9\n")
    inventory.set_on_hand(variant=mug, on_hand=4, reason="Sold one")
    with commit():
        progress.apply(product_import=row)
    row.refresh_from_db()
    mug.refresh_from_db()
    assert (row.state, row.notes, mug.price) == ("ready", [OVERTAKEN], 12)
    assert changes_of(row)["MUG"]["stock"] == ["4", "9"]


def test_a_second_press_and_a_second_run_change_nothing(commit, mug):
    row = imported(commit, "sku,price\nMUG,13.5\n", apply=True)
    with pytest.raises(progress.WrongState) as refused:
        progress.apply(product_import=row)
    assert "applied" in refused.value.message
    assert applying.apply(row.pk) is False and checking.check(row.pk) is False


def test_one_row_that_fails_takes_all_others_back(commit, mug, monkeypatch):
    from catalog.services.importing import attributes

    row = imported(commit, "sku,price,stock\nMUG,13.5,9\n")
    monkeypatch.setattr(attributes, "write", lambda rows, side: 1 / 0)
    with commit():
        progress.apply(product_import=row)
    mug.refresh_from_db()
    row.refresh_from_db()
    assert mug.price == 12 and row.state == "applying"
    monkeypatch.undo()
    assert applying.apply(row.pk) is True  # as the sweep does
    mug.refresh_from_db()
    assert mug.price == Decimal("13.5")


@searching()
def test_undo_puts_everything_back(commit, mug):
    before = Variant.objects.values("price", "compare_at", "name").get()
    CategoryFactory(name="Desks", slug="desks")
    AttributeValueFactory(attribute__code="colour", value="Red")
    text = (
        "sku,product,category,price,compare_at_price,stock,attr_colour\n"
        "MUG,mug,Desks,13.5,20,9,Red\nOAK-1,Oak desk,Desks,199,,3,Oak\n"
    )
    row = imported(commit, text, apply=True)
    assert Variant.objects.get(sku="MUG").name == "Red"
    with commit():
        progress.undo(product_import=row)
    row.refresh_from_db()
    assert row.state == "undone" and set(row.rows.values_list("undo", "undo_words")) == {("done", "")}
    assert Variant.objects.values("price", "compare_at", "name").get() == before
    assert inventory.available([mug.pk]) == {mug.pk: 5}
    assert list(Product.objects.values_list("slug", flat=True)) == ["mug"]
    assert search("oak desk").product_ids == []


def test_undo_keeps_what_was_changed_since_and_says_so(commit, mug):
    VariantFactory(sku="CUP", price="8.00", stock=1, product=ProductFactory(variants=False))
    row = imported(commit, "sku,price,stock\nMUG,13.5,9\nCUP,9,2\n", apply=True)
    inventory.reserve(quantities={mug.pk: 1}, reference="order:X")
    Variant.objects.filter(sku="CUP").update(price=7)
    with commit():
        progress.undo(product_import=row)
    said = dict(row.rows.values_list("sku", "undo_words"))
    assert said["MUG"] == "" and said["CUP"] == "price has been changed since: it is “7.00” now."
    assert Variant.objects.get(sku="MUG").price == 12 and Variant.objects.get(sku="CUP").price == 7
    assert Variant.objects.get(sku="CUP").stock_items.get().on_hand == 2


def test_a_file_that_was_looked_at_while_the_process_died_is_found_by_the_sweep(commit, mug):
    from datetime import timedelta

    from django.utils import timezone

    from catalog.services.sweep import sweep

    row = progress.begin(upload=upload("sku,price\nMUG,13.5\n"))
    with commit():
        assert sweep(now=timezone.now())["imports_resumed"] == 0
    with commit():
        assert sweep(now=timezone.now() + timedelta(minutes=11))["imports_resumed"] == 1
    assert ProductImport.objects.get(pk=row.pk).state == "ready"
