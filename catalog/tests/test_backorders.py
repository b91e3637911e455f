"""Pieces sold before they have come: promised up to a limit, filled in order, said on pages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Hold, Product, StockItem, StockMovement, Variant
from catalog.services import inventory
from catalog.services.products import refresh_listing
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from orders.tests.factories import make_rates

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def variant():
    variant = ProductFactory(name="Mug", stock=2, sku="MUG").variants.get()
    Variant.objects.update(backorder_limit=3, backorder_days=10)
    refresh_listing(variant.product_id)
    return variant


def promise(variant, quantity, reference, **more):
    return inventory.reserve(quantities={variant.pk: quantity}, reference=reference, **more)


def receive(variant, quantity):
    inventory.adjust_stock(
        variant=variant, change=quantity, kind=StockMovement.Kind.RECEIVED, reason="Delivery"
    )


def books(variant):
    variant.refresh_from_db()
    item = StockItem.objects.get(variant=variant)
    return item.on_hand, item.held, variant.backordered


def test_what_is_missing_is_promised_up_to_the_limit(variant):
    promise(variant, 4, "order:1")
    assert books(variant) == (2, 2, 2)
    with pytest.raises(DomainError) as refused:
        promise(variant, 2, "order:2")
    assert refused.value.message == "Sorry, only 1 of Mug left."
    promise(variant, 1, "order:2")
    with pytest.raises(DomainError) as refused:
        promise(variant, 1, "order:3")
    assert refused.value.message == "Sorry, Mug is sold out."
    assert books(variant) == (2, 2, 3)


def test_goods_that_arrive_go_to_the_oldest_order_first(variant):
    promise(variant, 3, "order:1")
    promise(variant, 1, "cart:7", expires_at=timezone.now() + timedelta(minutes=20))
    promise(variant, 1, "order:2")
    assert books(variant) == (2, 2, 3)
    receive(variant, 1)
    assert inventory.waiting_for("order:1") == {}
    receive(variant, 1)
    assert inventory.waiting_for("order:2") == {} and inventory.waiting_for("cart:7") == {variant.pk: 1}
    receive(variant, 5)
    assert books(variant) == (9, 5, 0)


def test_an_order_that_cannot_be_filled_whole_gets_what_is_there(variant):
    promise(variant, 5, "order:1")
    receive(variant, 2)
    assert inventory.waiting_for("order:1") == {variant.pk: 1}
    assert books(variant) == (4, 4, 1)


def test_what_others_give_back_fills_backorders_too(variant):
    promise(variant, 2, "order:1")
    promise(variant, 2, "order:2")
    inventory.release(reference="order:1")
    assert books(variant) == (2, 2, 0) and inventory.waiting_for("order:2") == {}
    promise(variant, 1, "order:3")
    inventory.give_back(variant=variant, quantity=1, reference="order:9")
    assert books(variant) == (3, 3, 0)


def test_cancelling_gives_up_what_was_still_to_come(variant):
    promise(variant, 4, "order:1")
    assert inventory.release(reference="order:1") == 4
    assert books(variant) == (2, 0, 0)


def test_only_what_has_arrived_leaves(variant):
    promise(variant, 4, "order:1")
    with pytest.raises(DomainError) as refused:
        inventory.consume(reference="order:1", quantities={variant.pk: 4})
    assert (refused.value.code, refused.value.message) == (
        "not_arrived", "2 of Mug have not arrived yet.",
    )  # fmt: skip
    assert books(variant) == (2, 2, 2)
    inventory.consume(reference="order:1", quantities={variant.pk: 2})
    assert books(variant) == (0, 0, 2)
    with pytest.raises(DomainError) as more:
        inventory.consume(reference="order:1", quantities={variant.pk: 9})
    assert more.value.code == "not_held"
    receive(variant, 2)
    inventory.consume(reference="order:1", quantities={variant.pk: 2})
    assert books(variant) == (0, 0, 0)
    assert set(Hold.objects.values_list("state", flat=True)) == {"consumed"}


def test_a_listing_says_available_to_order(variant, client):
    make_rates()
    promise(variant, 2, "order:1")
    product = Product.objects.get()
    assert (product.available, product.stock_state) == (0, Product.StockState.BACKORDER)
    assert "Available to order" in client.get("/products/").content.decode()
    promise(variant, 3, "order:2")
    product.refresh_from_db()
    assert product.stock_state == Product.StockState.SOLD_OUT


def test_the_product_page_says_when_it_leaves_and_sells_it(variant, client):
    make_rates()
    early = client.get(variant.product.get_absolute_url()).content.decode()
    assert "Only 2 left, more in about 10 working days" in early
    promise(variant, 2, "order:1")
    page = client.get(variant.product.get_absolute_url()).content.decode()
    assert "On backorder: leaves in about 10 working days" in page
    assert "Add to basket" in page and 'data-max="3"' in page
    assert "https://schema.org/BackOrder" in page and "Email me when it is back" not in page
    client.post("/cart/add/", {"variant": "MUG", "quantity": "3"})
    cart = client.get("/cart/").content.decode()
    assert "On backorder: leave in about 10 working days" in cart
    refused = client.post("/cart/add/", {"variant": "MUG", "quantity": "1"})
    assert refused.status_code == 409 and "only 3 of Mug left" in refused.content.decode()


def test_programs_are_told_how_many_can_be_ordered(variant):
    promise(variant, 3, "order:1")
    answer = APIClient().get(f"/api/inventory/{variant.product_id}/availability").data
    assert (answer["available"], answer["backorder"]) == (0, 2)


def test_saving_a_variant_keeps_what_was_promised_meanwhile(variant):
    opened = Variant.objects.get(pk=variant.pk)
    promise(variant, 4, "order:1")
    opened.price = 9
    opened.save()
    variant.refresh_from_db()
    assert (variant.price, variant.backordered) == (9, 2)


def test_a_limit_that_staff_lowered_sells_no_more(variant):
    promise(variant, 4, "order:1")
    Variant.objects.update(backorder_limit=1)
    assert inventory.level_of(variant.pk).total == 0
    with pytest.raises(DomainError):
        promise(variant, 1, "order:2")
